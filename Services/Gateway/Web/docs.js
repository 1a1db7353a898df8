// The API for people: reads the served OpenAPI document and shows its operations. Text from it becomes text nodes only.
const methods = ["get", "post", "put", "patch", "delete"];
let api = {};

const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
};

// Content is made when it is opened for the first time, so that schemas may go as deep as they like.
const opening = (attributes, summary, content) => {
  const details = el("details", attributes, el("summary", {}, summary));
  let isMade = false;
  details.addEventListener("toggle", () => {
    if (!details.open || isMade) return;
    isMade = true;
    details.append(content());
  });
  return details;
};

// --- Schemas

const nameOf = (schema) => schema.$ref?.split("/").at(-1);

// What a reference leads to, with what stands beside it.
const resolve = (value) => {
  if (!value?.$ref) return value ?? {};
  const parts = value.$ref.slice(2).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const target = parts.reduce((place, part) => place?.[part], api) ?? {};
  const { $ref, ...beside } = value;
  return { ...resolve(target), ...beside };
};

const typeText = (schema) => {
  const target = resolve(schema);
  if (target.anyOf) return target.anyOf.map(typeText).join(" or ");
  if (target.type === "array") return `list of ${typeText(target.items ?? {})}`;
  if (typeof target.additionalProperties === "object") return `map of ${typeText(target.additionalProperties)}`;
  return nameOf(schema) ?? [target.type ?? "anything", target.format].filter(Boolean).join(", ");
};

const limitTexts = (schema) => {
  const target = resolve(schema);
  if (target.anyOf) return target.anyOf.flatMap(limitTexts);
  const { enum: values, minLength, maxLength, minimum, maximum, pattern } = target;
  return [
    values && `one of ${values.join(", ")}`,
    maxLength !== undefined && `${minLength ?? 0} to ${maxLength} characters`,
    maximum !== undefined ? `${minimum} to ${maximum}` : minimum !== undefined && `at least ${minimum}`,
    pattern && `matches ${pattern}`,
  ].filter(Boolean);
};

// The schema with members that stands inside lists, maps and choices; undefined when there is none.
const membersIn = (schema) => {
  const target = resolve(schema);
  if (target.anyOf) return target.anyOf.find((choice) => membersIn(choice));
  if (target.type === "array") return membersIn(target.items ?? {});
  if (target.properties) return schema.$ref ? schema : target;
  return typeof target.additionalProperties === "object" ? membersIn(target.additionalProperties) : undefined;
};

const member = (name, schema, isRequired) => {
  const limits = limitTexts(schema);
  const inner = membersIn(schema);
  return el(
    "li",
    {},
    el("code", {}, name),
    ` ${typeText(schema)} `,
    isRequired ? el("span", { class: "required" }, "required") : null,
    resolve(schema).description && !schema.$ref ? ` · ${resolve(schema).description}` : null,
    limits.length ? el("span", { class: "limits" }, limits.join(" · ")) : null,
    inner ? opening({}, `Members of ${nameOf(inner) ?? name}`, () => memberList(inner)) : null,
  );
};

const memberList = (schema) => {
  const { properties = {}, required = [] } = resolve(schema);
  const names = Object.keys(properties);
  const sorted = [...names.filter((name) => required.includes(name)), ...names.filter((name) => !required.includes(name))];
  return el("ul", { class: "members" }, sorted.map((name) => member(name, properties[name], required.includes(name))));
};

const schemaView = (schema) => {
  const inner = membersIn(schema);
  if (!inner) return el("p", {}, [typeText(schema), ...limitTexts(schema)].join(" · "));
  return opening({}, typeText(schema), () => memberList(inner));
};

// --- Parts of an operation

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

const operationBody = (path, method, operation) =>
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

// --- The page

const operationView = ({ path, method, operation }) =>
  opening(
    { class: "operation", id: operation.operationId },
    [
      el("span", { class: `method ${method}` }, method.toUpperCase()),
      " ",
      el("code", {}, path),
      " ",
      el("span", {}, operation.summary),
    ],
    () => operationBody(path, method, operation),
  );

const listed = () =>
  Object.entries(api.paths)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, operations]) =>
      methods.filter((method) => operations[method]).map((method) => ({ path, method, operation: operations[method] })),
    );

const words = ({ path, method, operation }) =>
  [method, path, operation.summary, operation.operationId, ...operation.tags, ...(operation["x-ibp-roles"] ?? [])]
    .join(" ")
    .toLowerCase();

const chapter = (tag, entries) => {
  const views = entries.map((entry) => ({ text: words(entry), node: operationView(entry) }));
  const title = el("h2", { id: `chapter-${tag.name}` }, tag.name, " ", el("small", {}, tag.description ?? ""));
  const link = el("a", { href: `#chapter-${tag.name}` }, tag.name);
  const node = el("section", { "aria-labelledby": title.id }, title, views.map((view) => view.node));
  return { node, link, views };
};

const filtering = (chapters) => () => {
  const wanted = document.getElementById("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { node, link, views } of chapters) {
    for (const view of views) view.node.hidden = !wanted.every((word) => view.text.includes(word));
    const visible = views.filter((view) => !view.node.hidden).length;
    node.hidden = link.hidden = visible === 0;
    shown += visible;
  }
  const all = chapters.reduce((sum, { views }) => sum + views.length, 0);
  document.getElementById("count").textContent = shown === all ? `${all} operations` : `${shown} of ${all} operations`;
};

const openNamed = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  if (target.matches("details")) target.open = true;
  target.scrollIntoView();
};

const credentials = () => {
  const section = document.getElementById("credentials");
  for (const [name, scheme] of Object.entries(api.components.securitySchemes)) {
    const place = scheme.type === "apiKey" ? `${scheme.in} ${scheme.name}` : `Authorization: Bearer (${scheme.bearerFormat})`;
    section.append(el("p", {}, el("code", {}, name), ` ${place}. ${scheme.description}`));
  }
  section.hidden = false;
};

const start = async () => {
  const response = await fetch("/api/openapi.json", { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  api = await response.json();
  const about = [`Version ${api.info.version}`, ...api.info.description.split("\n\n")];
  document.getElementById("about").append(...about.map((text) => el("p", {}, text)));
  const entries = listed();
  const chapters = (api.tags ?? [])
    .map((tag) => chapter(tag, entries.filter(({ operation }) => operation.tags.includes(tag.name))))
    .filter(({ views }) => views.length);
  document.getElementById("chapters").append(...chapters.map(({ link }) => link));
  document.getElementById("operations").append(...chapters.map(({ node }) => node));
  credentials();
  const filter = filtering(chapters);
  document.getElementById("filter").addEventListener("input", filter);
  filter();
  addEventListener("hashchange", openNamed);
  openNamed();
};

document.getElementById("search").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
  event.preventDefault();
  document.getElementById("filter").focus();
});

try {
  await start();
} catch (error) {
  document.getElementById("count").textContent = `The document cannot be read (${error.message}); load the page again.`;
}
