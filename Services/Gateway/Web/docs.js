// The API for people: reads the served OpenAPI document and shows its operations.
import { get } from "./api.js";
import { operationBody } from "./docs-operation.js";
import { resolveIn } from "./docs-schema.js";
import { el, opening } from "./element.js";

const methods = ["get", "post", "put", "patch", "delete"];
let api = {};

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
  api = await get("/api/openapi.json");
  resolveIn(api);
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
