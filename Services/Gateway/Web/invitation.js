// Accepts the invitation whose token stands in the fragment of its link.
const [greeting, form, outcome, next] = ["greeting", "accept", "outcome", "next"].map((id) => document.getElementById(id));
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
// The token must not stay in the address bar or the history.
history.replaceState(null, "", location.pathname);

/** The answer, or its problem's words as an error; `errors` names the fields. */
const call = async (path, body) => {
  let response, answer;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    answer = await response.json();
  } catch {
    throw Object.assign(new Error("The server cannot be reached; try again."), { errors: [] });
  }
  if (response.ok) return answer;
  const errors = answer.errors ?? [];
  const words = [answer.detail, ...errors.map(({ field, message }) => `${field} ${message}`)];
  throw Object.assign(new Error(words.join(" · ")), { errors });
};

const look = async () => {
  if (!token) {
    greeting.textContent = "This link has no token. Open the whole link of your invitation, or ask for a new one.";
    return;
  }
  try {
    const { email, name, role, expiresAt } = await call("/api/auth/invitations/look", { token });
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
    const user = await call("/api/auth/invitations/accept", { token, name, password });
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
