// Sets a new password with the one-time token that stands in the fragment of the link.
const form = document.getElementById("reset");
const outcome = document.getElementById("outcome");
const { newPassword, repeated } = form.elements;
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
// The token must not stay in the address bar or the history.
history.replaceState(null, "", location.pathname);
if (!token) outcome.textContent = "This link has no token. Ask an administrator for a new one.";

form.addEventListener("input", () => {
  repeated.setCustomValidity(repeated.value === newPassword.value ? "" : "The two passwords differ.");
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const response = await fetch("/api/auth/password/reset", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, newPassword: newPassword.value }),
    });
    if (response.ok) {
      form.remove();
      outcome.textContent = "Your password is set. Sign in with it.";
      return;
    }
    const answer = await response.json();
    const faults = (answer.errors ?? []).map((fault) => `The password ${fault.message}`);
    outcome.textContent = [answer.detail, ...faults].join(" · ");
  } catch {
    outcome.textContent = "The server cannot be reached; try again.";
  }
  button.disabled = false;
});
