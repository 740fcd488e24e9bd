// SPDX-License-Identifier: GPL-2.0-or-later
// Ask for a token, fetch the document with it, and show it; what is tried out is sent with the same token.
//
// Rule 1: the token is a variable of this function: it is in no storage, no address and no field that is left filled.
// Rule 2: it is sent to the server that this page came from, and to no other.
"use strict";
(() => {
	const form = document.getElementById("access");
	const said = document.getElementById("said");
	const base = new URL("./", location.href).href.replace(/\/$/, "");  // a proxy may have a path before ours
	let token = "", user = "";

	function credentials(given) {
		const headers = Object.assign({}, given);
		const named = Object.keys(headers).map(name => name.toLowerCase());
		if (token && !named.includes("x-slurm-user-token") && !named.includes("authorization")) {
			headers["X-SLURM-USER-TOKEN"] = token;
			if (user && !named.includes("x-slurm-user-name")) {
				headers["X-SLURM-USER-NAME"] = user;
			}
		}
		return headers;
	}

	async function load(path) {
		const answer = await fetch(`${base}/${path}`, { headers: credentials({ Accept: "application/json" }) });
		if (!answer.ok) {
			throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
		}
		return answer.json();
	}

	// A connection may belong to whom it was asked for first: it ends with that refusal, and the next is another's.
	async function loadTwice(path) {
		try {
			return await load(path);
		} catch (error) {
			if (!String(error.message).startsWith(`${path}: 401`)) {
				throw error;
			}
			return load(path);
		}
	}

	async function newest() {
		const paths = Array.from(form.elements.document.options, option => option.value).filter(path => path);
		for (const path of paths) {
			try {
				return await loadTwice(path);
			} catch (error) {
				if (!String(error.message).startsWith(`${path}: 404`)) {
					throw error;
				}
			}
		}
		throw new Error("There is no document here.");
	}

	form.addEventListener("submit", async event => {
		event.preventDefault();
		token = form.elements.token.value.trim() || token;
		user = form.elements.user.value.trim();
		form.elements.token.value = "";
		said.textContent = "";
		try {
			const chosen = form.elements.document.value;
			const spec = await (chosen ? loadTwice(chosen) : newest());
			spec.servers = [{ url: base || "/" }];
			SwaggerUIBundle({
				spec,
				dom_id: "#viewer",
				deepLinking: false,
				docExpansion: chosen.endsWith("v3") ? "none" : "list",
				defaultModelsExpandDepth: 0,
				persistAuthorization: false,
				showMutatedRequest: false,  // what it shows as a call of curl is without the token
				validatorUrl: null,
				requestInterceptor: request => {
					if (new URL(request.url, location.href).origin === location.origin) {
						request.headers = credentials(request.headers);
					}
					return request;
				},
			});
		} catch (error) {
			document.getElementById("viewer").replaceChildren();
			said.textContent = error.message;
		}
	});
})();
