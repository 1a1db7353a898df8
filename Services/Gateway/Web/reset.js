// Sets a new password with the one-time token of the link.
import { post } from "./api.js";
import { takeToken } from "./token.js";

const form = document.getElementById("reset");
const outcome = document.getElementById("outcome");
const { newPassword, repeated } = form.elements;
const token = takeToken();
if (!token) outcome.textContent = "This link has no token. Ask an administrator for a new one.";

form.addEventListener("input", () => {
  repeated.setCustomValidity(repeated.value === newPassword.value ? "" : "The two passwords differ.");
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await post("/api/auth/password/reset", { token, newPassword: newPassword.value });
    form.remove();
    outcome.textContent = "Your password is set. Sign in with it.";
  } catch ({ detail, errors }) {
    outcome.textContent = [detail, ...errors.map(({ message }) => `The password ${message}`)].join(" · ");
  }
  button.disabled = false;
});
