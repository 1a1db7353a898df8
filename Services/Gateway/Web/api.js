// The one place that asks the server.

/** A refusal, or no answer at all, in words for people. `errors` names the fields that are wrong. */
class Problem extends Error {
  constructor(detail, errors = []) {
    super([detail, ...errors.map(({ field, message }) => `${field} ${message}`)].join(" · "));
    this.detail = detail;
    this.errors = errors;
  }
}

/** The answer's JSON; undefined when it has none. Throws a `Problem`. */
const send = async (path, options) => {
  let response, answer;
  try {
    response = await fetch(path, options);
    if (response.status === 204) return undefined;
    answer = await response.json();
  } catch {
    throw new Problem("The server cannot be reached; try again.");
  }
  if (!response.ok) throw new Problem(answer.detail, answer.errors);
  return answer;
};

export const get = (path) => send(path, { headers: { Accept: "application/json" } });

export const post = (path, body) =>
  send(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
