// SPDX-License-Identifier: GPL-2.0-or-later
// A client of v0.0.42 in TypeScript, on the types that openapi-typescript makes from our document: it makes every GET,
// and takes a job and an account through. It prints each path that it read, and ends with an error at the first trouble.
//
// Rule 1: nothing is cast or asserted away: what type-checks here is what the document says.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const settings = JSON.parse(process.argv[2] ?? "{}");
const names: Record<"job" | "node" | "partition" | "reservation" | "free" | "wckey" | "account", string> = settings.names;

function connect(user: string) {
  return createClient<paths>({
    baseUrl: settings.url,
    headers: {
      "X-SLURM-USER-NAME": user,
      "X-SLURM-USER-TOKEN": settings.tokens[user],
      Accept: "application/json",
    },
  });
}

const root = connect("root");
const alice = connect("alice");

function fail(what: string): never {
  throw new Error(what);
}

type Told = { data?: object; error?: unknown; response: Response };

function good<T extends Told>(what: string, answer: T): NonNullable<T["data"]> {
  if (answer.data === undefined || answer.response.status !== 200) {
    fail(`${what}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  }
  return answer.data as NonNullable<T["data"]>;
}

const of = <Name extends string>(name: Name, value: string) => ({ params: { path: { [name]: value } as Record<Name, string> } });

const reads: Record<string, () => Promise<Told>> = {
  "/openapi": () => root.GET("/openapi"),
  "/openapi.json": () => root.GET("/openapi.json"),
  "/openapi.yaml": () => root.GET("/openapi.yaml"),
  "/openapi/v3": () => root.GET("/openapi/v3"),
  "/slurm/v0.0.42/ping": () => root.GET("/slurm/v0.0.42/ping"),
  "/slurm/v0.0.42/diag": () => root.GET("/slurm/v0.0.42/diag"),
  "/slurm/v0.0.42/licenses": () => root.GET("/slurm/v0.0.42/licenses"),
  "/slurm/v0.0.42/shares": () => root.GET("/slurm/v0.0.42/shares"),
  "/slurm/v0.0.42/jobs": () => root.GET("/slurm/v0.0.42/jobs"),
  "/slurm/v0.0.42/job/{job_id}": () => root.GET("/slurm/v0.0.42/job/{job_id}", of("job_id", names.job)),
  "/slurm/v0.0.42/jobs/state": () => root.GET("/slurm/v0.0.42/jobs/state"),
  "/slurm/v0.0.42/nodes": () => root.GET("/slurm/v0.0.42/nodes"),
  "/slurm/v0.0.42/node/{node_name}": () => root.GET("/slurm/v0.0.42/node/{node_name}", of("node_name", names.node)),
  "/slurm/v0.0.42/partitions": () => root.GET("/slurm/v0.0.42/partitions"),
  "/slurm/v0.0.42/partition/{partition_name}": () =>
    root.GET("/slurm/v0.0.42/partition/{partition_name}", of("partition_name", names.partition)),
  "/slurm/v0.0.42/reservations": () => root.GET("/slurm/v0.0.42/reservations"),
  "/slurm/v0.0.42/reservation/{reservation_name}": () =>
    root.GET("/slurm/v0.0.42/reservation/{reservation_name}", of("reservation_name", names.reservation)),
  "/slurmdb/v0.0.42/clusters": () => root.GET("/slurmdb/v0.0.42/clusters"),
  "/slurmdb/v0.0.42/cluster/{cluster_name}": () =>
    root.GET("/slurmdb/v0.0.42/cluster/{cluster_name}", of("cluster_name", "lab")),
  "/slurmdb/v0.0.42/instances": () => root.GET("/slurmdb/v0.0.42/instances"),
  "/slurmdb/v0.0.42/instance": () => root.GET("/slurmdb/v0.0.42/instance"),
  "/slurmdb/v0.0.42/ping": () => root.GET("/slurmdb/v0.0.42/ping"),
  "/slurmdb/v0.0.42/diag": () => root.GET("/slurmdb/v0.0.42/diag"),
  "/slurmdb/v0.0.42/config": () => root.GET("/slurmdb/v0.0.42/config"),
  "/slurmdb/v0.0.42/tres": () => root.GET("/slurmdb/v0.0.42/tres"),
  "/slurmdb/v0.0.42/qos": () => root.GET("/slurmdb/v0.0.42/qos"),
  "/slurmdb/v0.0.42/qos/{qos}": () => root.GET("/slurmdb/v0.0.42/qos/{qos}", of("qos", "normal")),
  "/slurmdb/v0.0.42/jobs": () => root.GET("/slurmdb/v0.0.42/jobs"),
  "/slurmdb/v0.0.42/job/{job_id}": () => root.GET("/slurmdb/v0.0.42/job/{job_id}", of("job_id", names.job)),
  "/slurmdb/v0.0.42/accounts": () => root.GET("/slurmdb/v0.0.42/accounts"),
  "/slurmdb/v0.0.42/account/{account_name}": () =>
    root.GET("/slurmdb/v0.0.42/account/{account_name}", of("account_name", "root")),
  "/slurmdb/v0.0.42/users": () => root.GET("/slurmdb/v0.0.42/users"),
  "/slurmdb/v0.0.42/user/{name}": () => root.GET("/slurmdb/v0.0.42/user/{name}", of("name", "alice")),
  "/slurmdb/v0.0.42/associations": () => root.GET("/slurmdb/v0.0.42/associations"),
  "/slurmdb/v0.0.42/association": () => root.GET("/slurmdb/v0.0.42/association", { params: { query: { cluster: "lab", account: "root", user: "root" } } }),
  "/slurmdb/v0.0.42/wckeys": () => root.GET("/slurmdb/v0.0.42/wckeys"),
  "/slurmdb/v0.0.42/wckey/{id}": () => root.GET("/slurmdb/v0.0.42/wckey/{id}", of("id", names.wckey)),
};

const UNFOUND = ["/slurmdb/v0.0.42/instance"]; // the cluster has none

async function readAll(): Promise<void> {
  for (const [path, ask] of Object.entries(reads)) {
    const answer = await ask();
    if (!UNFOUND.includes(path)) {
      good(path, answer);
    } else if (typeof answer.error !== "object" && answer.data === undefined) {
      fail(`${path}: no answer that can be read`);
    }
    console.log(path);
  }
}

const BASE = "/slurm/v0.0.42";

async function state(path: { job_id: string }, wanted: string): Promise<components["schemas"]["v0.0.42_job_info"]> {
  for (const limit = Date.now() + 60_000; Date.now() < limit; ) {
    const job = good("job", await alice.GET(`${BASE}/job/{job_id}`, { params: { path } })).jobs?.[0];
    if (job?.job_state?.some((one) => one === wanted)) {
      return job;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  return fail(`the job does not come to be ${wanted}`);
}

async function aJob(): Promise<void> {
  const job: components["schemas"]["v0.0.42_job_desc_msg"] = {
    name: "typescript",
    partition: names.free,
    tasks: 1,
    current_working_directory: "/tmp",
    environment: ["PATH=/usr/bin:/bin"],
    standard_output: "/dev/null",
    standard_error: "/dev/null",
    time_limit: { set: true, infinite: false, number: 5 },
  };
  const sent = good(
    "submit",
    await alice.POST(`${BASE}/job/submit`, { body: { script: "#!/bin/sh\nexec sleep 300\n", job } }),
  );
  const path = { job_id: String(sent.job_id ?? fail("no id")) };
  await state(path, "RUNNING");
  good("change", await alice.POST(`${BASE}/job/{job_id}`, { params: { path }, body: { comment: "changed" } }));
  if ((await state(path, "RUNNING")).comment !== "changed") {
    fail("the comment is not changed");
  }
  good("cancel", await alice.DELETE(`${BASE}/job/{job_id}`, { params: { path } }));
  await state(path, "CANCELLED");
}

const ACCOUNTING = "/slurmdb/v0.0.42";

async function put(description: string, share: number): Promise<void> {
  const account = { name: names.account, description, organization: "generators" };
  good("account", await root.POST(`${ACCOUNTING}/accounts`, { body: { accounts: [account] } }));
  for (const whose of [{ user: "", parent_account: "root" }, { user: "bob" }]) {
    const association = { account: names.account, cluster: "lab", shares_raw: share, ...whose };
    good("association", await root.POST(`${ACCOUNTING}/associations`, { body: { associations: [association] } }));
  }
  const path = { account_name: names.account };
  const found = good("account", await root.GET(`${ACCOUNTING}/account/{account_name}`, { params: { path } }));
  const query = { account: names.account, user: "bob" };
  const made = good("association", await root.GET(`${ACCOUNTING}/association`, { params: { query } }));
  if (found.accounts?.[0]?.description !== description || made.associations?.[0]?.shares_raw !== share) {
    fail("what was written is not there");
  }
}

async function anAccount(): Promise<void> {
  await put("made", 7);
  await put("changed", 9);
  const query = { account: names.account, user: "bob" };
  good("delete", await root.DELETE(`${ACCOUNTING}/association`, { params: { query } }));
  const path = { account_name: names.account };
  good("delete", await root.DELETE(`${ACCOUNTING}/account/{account_name}`, { params: { path } }));
}

await readAll();
await aJob();
await anAccount();
