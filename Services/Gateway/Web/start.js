// Shows the state of the services on the start page.
import { get } from "./api.js";

const overall = document.getElementById("overall");
const services = document.getElementById("services");
for (const place of document.querySelectorAll("[data-origin]")) place.textContent = location.origin;

const row = (name, status) => {
  const line = document.createElement("tr");
  for (const text of [name, status]) line.append(Object.assign(document.createElement("td"), { textContent: text }));
  line.lastChild.className = `state ${status}`;
  return line;
};

const show = async () => {
  try {
    const report = await get("/api/health");
    overall.textContent = `Overall: ${report.status}`;
    services.replaceChildren(
      row("gateway", "up"),
      ...Object.entries(report.services).sort().map(([name, { status }]) => row(name, status)),
    );
  } catch {
    overall.textContent = "The gateway cannot be reached.";
  }
};

show();
setInterval(show, 5000);
