// The schemas of the OpenAPI document, as members and their limits.
import { el, opening } from "./element.js";

let api = {};

/** The document that references lead into. */
export const resolveIn = (document) => (api = document);

const nameOf = (schema) => schema.$ref?.split("/").at(-1);

// What a reference leads to, with what stands beside it.
export const resolve = (value) => {
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

export const member = (name, schema, isRequired) => {
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

export const schemaView = (schema) => {
  const inner = membersIn(schema);
  if (!inner) return el("p", {}, [typeText(schema), ...limitTexts(schema)].join(" · "));
  return opening({}, typeText(schema), () => memberList(inner));
};
