// One operation of the OpenAPI document: what it takes, what it answers, and how to call it.
import { el } from "./element.js";
import { member, resolve, schemaView } from "./docs-schema.js";

const sample = (label, text) => {
  const button = el("button", { type: "button", "aria-label": `Copy: ${label}` }, "Copy");
  const code = el("code", {}, text);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // Without TLS a browser lends no clipboard: select it for the person to copy.
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  return el("div", { class: "sample" }, el("pre", { tabindex: "0", "aria-label": label }, code), button);
};

const exampleText = (example) => (typeof example === "string" ? example : JSON.stringify(example, null, 2));

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const curl = (path, method, operation) => {
  const parameters = (operation.parameters ?? []).map(resolve);
  const filled = parameters
    .filter((parameter) => parameter.in === "path")
    .reduce((text, parameter) => text.replace(`{${parameter.name}}`, encodeURIComponent(parameter.example)), path);
  const lines = [`curl -s${method === "get" ? "" : ` -X ${method.toUpperCase()}`} ${quoted(location.origin + filled)}`];
  if (operation["x-ibp-roles"]) lines.push(`-H "Authorization: Bearer $TOKEN"`);
  for (const { name, example } of parameters.filter((parameter) => parameter.in === "header" && parameter.required)) {
    lines.push(`-H ${quoted(`${name}: ${example}`)}`);
  }
  const body = operation.requestBody?.content?.["application/json"];
  if (body) lines.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body.example))}`);
  if (path === "/api/events") lines.push("--no-buffer");
  return lines.join(" \\\n  ");
};

const parameterList = (parameters) => [
  el("h3", {}, "Parameters"),
  el(
    "ul",
    { class: "members" },
    parameters.map(resolve).map((parameter) => {
      const schema = { ...resolve(parameter.schema), description: `${parameter.description} (${parameter.in})` };
      return member(parameter.name, schema, parameter.required);
    }),
  ),
];

const contentView = (heading, content) => {
  const types = Object.keys(content);
  const { schema, example } = content[types[0]];
  return [
    el("h3", {}, heading),
    el("p", {}, types.map((type) => el("code", {}, type)).flatMap((node, index) => (index ? [" or ", node] : [node]))),
    schema ? schemaView(schema) : null,
    example === undefined ? null : sample(`${heading}: example`, exampleText(example)),
  ];
};

const answers = (operation) => {
  const entries = Object.entries(operation.responses).map(([status, response]) => [status, response, resolve(response)]);
  // A browser that is led on has no other good answer than that.
  const good = entries.find(([status]) => status.startsWith("2")) ?? entries.find(([status]) => status === "302");
  const codes = operation["x-ibp-problems"] ?? {};
  const rows = entries
    .filter((entry) => entry !== good)
    .map(([status, response, resolved]) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, status),
        // The words beside the reference list the codes, which have a column here.
        el("td", {}, resolve({ $ref: response.$ref }).description ?? resolved.description),
        el("td", {}, (codes[status] ?? []).map((code) => el("code", {}, code))),
        el("td", {}, Object.keys(resolved.headers ?? {}).map((name) => el("code", {}, name))),
      ),
    );
  const titles = ["Status", "Meaning", "Codes", "Fields"].map((title) => el("th", { scope: "col" }, title));
  return [
    ...(good[2].content ? contentView(`Answer ${good[0]}`, good[2].content) : [el("h3", {}, `Answer ${good[0]}`)]),
    el("p", {}, "Fields: ", Object.keys(good[2].headers ?? {}).join(", ")),
    el("h3", {}, "Other answers"),
    el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, titles)), el("tbody", {}, rows))),
    schemaView({ $ref: "#/components/schemas/Problem" }),
  ];
};

const accessText = (operation) => {
  const roles = operation["x-ibp-roles"];
  const who = roles ? `Roles: ${roles.join(", ")}` : operation.security?.length ? "Open; a token is looked at" : "Open";
  const deadline = operation["x-ibp-deadline-ms"];
  return [who, `budget: ${operation["x-ibp-limit"]}`, deadline && `deadline: ${deadline / 1000} s`].filter(Boolean).join(" · ");
};

export const operationBody = (path, method, operation) =>
  el(
    "div",
    { class: "body" },
    el("p", {}, accessText(operation), " · ", el("a", { href: `#${operation.operationId}` }, operation.operationId)),
    sample("curl", curl(path, method, operation)),
    operation.parameters?.length ? parameterList(operation.parameters) : null,
    operation.requestBody ? contentView("Request", operation.requestBody.content) : null,
    operation.requestBody ? el("p", {}, operation.requestBody.description ?? "") : null,
    answers(operation),
  );
