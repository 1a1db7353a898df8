// Elements, whose text becomes text nodes only.

export const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
};

// Content is made when it is opened for the first time, so that schemas may go as deep as they like.
export const opening = (attributes, summary, content) => {
  const details = el("details", attributes, el("summary", {}, summary));
  let isMade = false;
  details.addEventListener("toggle", () => {
    if (!details.open || isMade) return;
    isMade = true;
    details.append(content());
  });
  return details;
};
