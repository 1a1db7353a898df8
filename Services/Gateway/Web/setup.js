// Claims the one-time token of the set-up link.
import { post } from "./api.js";
import { takeToken } from "./token.js";

const form = document.getElementById("claim");
const outcome = document.getElementById("outcome");
const token = takeToken();
if (!token) outcome.textContent = "This link has no token. Start the cluster again to see a new one.";

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const { user } = await post("/api/auth/setup", { token, ...Object.fromEntries(new FormData(form)) });
    form.remove();
    outcome.textContent = `${user.name} is the administrator now and can sign in as ${user.email}.`;
  } catch (problem) {
    outcome.textContent = problem.message;
  }
  button.disabled = false;
});
