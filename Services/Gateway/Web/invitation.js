// Accepts the invitation whose token is in its link.
import { post } from "./api.js";
import { takeToken } from "./token.js";

const [greeting, form, outcome, next] = ["greeting", "accept", "outcome", "next"].map((id) => document.getElementById(id));
const token = takeToken();

const look = async () => {
  if (!token) {
    greeting.textContent = "This link has no token. Open the whole link of your invitation, or ask for a new one.";
    return;
  }
  try {
    const { email, name, role, expiresAt } = await post("/api/auth/invitations/look", { token });
    const end = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" }).format(new Date(expiresAt));
    greeting.textContent = `${name}, you are invited as ${role}. Choose a password; the invitation is good until ${end}.`;
    form.elements.email.value = email;
    form.elements.name.value = name;
    form.hidden = false;
    form.elements.password.focus();
  } catch (problem) {
    greeting.textContent = problem.message;
  }
};

const mark = (faulty) => {
  const fields = [...form.querySelectorAll("input")];
  for (const field of fields) field.setAttribute("aria-invalid", String(faulty.has(field.name)));
  fields.find(({ name }) => faulty.has(name))?.focus();
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  outcome.textContent = "";
  mark(new Set());
  try {
    const name = form.elements.name.value;
    const password = form.elements.password.value;
    const user = await post("/api/auth/invitations/accept", { token, name, password });
    form.remove();
    greeting.textContent = `Welcome, ${user.name}. You can sign in as ${user.email} now.`;
    next.hidden = false;
    next.querySelector("a").focus();
  } catch (problem) {
    outcome.textContent = problem.message;
    mark(new Set(problem.errors.map(({ field }) => field)));
  }
  button.disabled = false;
});

look();
