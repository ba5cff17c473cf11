// What the server is asked. Every refusal comes as one line, which is what the error says.

async function answered(response) {
  const text = await response.text();
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`the server answered something else than JSON (status ${response.status})`);
  }
  if (!response.ok) throw new Error(value.error ?? `status ${response.status}`);
  return value;
}

async function asked(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "omit", redirect: "error", ...options });
  } catch {
    throw new Error("the server does not answer; is instahash-explore still running?");
  }
  const value = await answered(response);
  const milliseconds = /dur=([\d.]+)/.exec(response.headers.get("server-timing") ?? "");
  return { value, milliseconds: milliseconds ? Number(milliseconds[1]) : null };
}

export const get = async (path) => (await asked(path)).value;

/** { value, milliseconds }: the answer, and how long the server worked on it. */
export const post = (path, value) =>
  asked(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) });

export const send = async (path, file) =>
  (await asked(path, { method: "POST", headers: { "content-type": file.type || "application/octet-stream" }, body: file })).value;
