/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the program is made of lives until the process ends: let the interpreter stop counting who uses it.
 *
 * Counting is writing, and a forked child that writes to a page gets a copy of it. Objects that CPython calls immortal
 * (PEP 683, Python 3.12 and later) are not counted.
 *
 * Rule 1: only what code is made of: modules, functions, types, code, names, constants and the tuples and dicts that hold
 *         them. Never what must die: no descriptor, buffer, C data, frame or generator, and no instance of a class but
 *         records, which are tuples. The dict in which an instance keeps its members cannot be told from others: where
 *         there is one, it stays when the instance dies, with all that it holds.
 * Rule 2: where the layout of an object is not known to be that of 3.12, 3.13 or 3.14 with 64 bits and a GIL, nothing is
 *         done.
 * Rule 3: called once, by a process without threads, before it forks and before gc.freeze().
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "immortal.h"

#if PY_VERSION_HEX >= 0x030C0000 && PY_VERSION_HEX < 0x030F0000 && SIZEOF_VOID_P == 8 && !defined(Py_GIL_DISABLED) && \
	!defined(Py_REF_DEBUG) && !defined(PYPY_VERSION)

enum { DEPTH = 16 }; /* of tuples in tuples, of code in code: the constants of a function in a function */

struct walk {
	int made;
	int depth;
};

static int visit(PyObject *object, void *walk);

static bool is_program(PyObject *object)
{
	return PyUnicode_CheckExact(object) || PyTuple_Check(object) || PyDict_CheckExact(object) ||
	       PyFunction_Check(object) || PyCFunction_Check(object) || PyCode_Check(object) || PyType_Check(object) ||
	       PyModule_Check(object) || PyBytes_CheckExact(object) || PyLong_CheckExact(object) ||
	       PyFloat_CheckExact(object) || PyFrozenSet_CheckExact(object) || PyCell_Check(object) ||
	       Py_IS_TYPE(object, &PyProperty_Type) || Py_IS_TYPE(object, &PyClassMethod_Type) ||
	       Py_IS_TYPE(object, &PyStaticMethod_Type) || Py_IS_TYPE(object, &PyMemberDescr_Type) ||
	       Py_IS_TYPE(object, &PyMethodDescr_Type) || Py_IS_TYPE(object, &PyGetSetDescr_Type) ||
	       Py_IS_TYPE(object, &PyWrapperDescr_Type) || Py_IS_TYPE(object, &PyClassMethodDescr_Type);
}

static void immortalise(PyObject *object)
{
#if PY_VERSION_HEX >= 0x030E0000
	object->ob_flags |= _Py_IMMORTAL_FLAGS;
	object->ob_refcnt = (uint32_t) _Py_IMMORTAL_INITIAL_REFCNT;
#else
	object->ob_refcnt = _Py_IMMORTAL_REFCNT;
#endif
}

/* Code and tuples of constants are not the collector's: what they hold is reached through them. */
static void visit_code(PyCodeObject *code, struct walk *walk)
{
	PyObject *const held[] = {
		code->co_consts,      code->co_names, code->co_localsplusnames, code->co_localspluskinds, code->co_filename,
		code->co_name,	      code->co_qualname, code->co_linetable,	code->co_exceptiontable,
	};

	for (size_t i = 0; i < sizeof(held) / sizeof(*held); i++)
		if (held[i])
			visit(held[i], walk);
}

static int visit(PyObject *object, void *arg)
{
	struct walk *walk = arg;

	if (!is_program(object) || walk->depth >= DEPTH)
		return 0;
	if (!_Py_IsImmortal(object)) {
		immortalise(object);
		walk->made++;
	} else if (!PyCode_Check(object) && !PyTuple_Check(object)) {
		return 0;
	}
	walk->depth++;
	if (PyCode_Check(object))
		visit_code((PyCodeObject *) object, walk);
	else if (PyTuple_Check(object) && !PyObject_GC_IsTracked(object))
		for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(object); i++)
			visit(PyTuple_GET_ITEM(object, i), walk);
	walk->depth--;
	return 0;
}

static int visit_tracked(PyObject *object, void *arg)
{
	traverseproc traverse = Py_TYPE(object)->tp_traverse;

	visit(object, arg);
	if (traverse)
		traverse(object, visit, arg);
	return 1; /* go on */
}

/* The number of objects that were made immortal. */
int immortalise_program(void)
{
	struct walk walk = { 0 };
	PyGILState_STATE state = PyGILState_Ensure();

	PyUnstable_GC_VisitObjects(visit_tracked, &walk);
	PyGILState_Release(state);
	return walk.made;
}

#else

int immortalise_program(void)
{
	return 0;
}

#endif
