// Requests to the server. Whatever it refuses comes as one line, which is the text of the error.

const SECONDS = 120; // a photo that Google labels may wait its turn

async function request(path, options) {
  const signal = AbortSignal.timeout(1000 * SECONDS);
  const response = await fetch(path, { credentials: "omit", redirect: "error", signal, ...options }).catch((error) => {
    if (error?.name === "TimeoutError") throw new Error(`the server has not answered for ${SECONDS} seconds; try again`);
    throw new Error("the server does not answer; is instahash-explore still running?");
  });
  const value = await response.json().catch(() => {
    throw new Error(`the server answered something else than JSON (status ${response.status})`);
  });
  if (!response.ok) throw new Error(value.error ?? `status ${response.status}`);
  return { value, milliseconds: Number(/dur=([\d.]+)/.exec(response.headers.get("server-timing"))?.[1]) };
}

const body = (type, content) => ({ method: "POST", headers: { "content-type": type }, body: content });

export const get = async (path) => (await request(path)).value;

/** { value, milliseconds }: the answer, and how long the server worked on it. */
export const post = (path, value) => request(path, body("application/json", JSON.stringify(value)));

/** A file as it is; one that is no image by its name is sent as well, since the server says best what it is. */
export const send = async (path, file) => (await request(path, body(file.type.startsWith("image/") ? file.type : "application/octet-stream", file))).value;
