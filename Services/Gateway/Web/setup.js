// Claims the one-time token that stands in the fragment of the set-up link.
const form = document.getElementById("claim");
const outcome = document.getElementById("outcome");
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
// The token must not stay in the address bar or the history.
history.replaceState(null, "", location.pathname);
if (!token) outcome.textContent = "This link has no token. Start the cluster again to see a new one.";

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const fields = Object.fromEntries(new FormData(form));
    const response = await fetch("/api/auth/setup", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, ...fields }),
    });
    const answer = await response.json();
    if (response.ok) {
      form.remove();
      outcome.textContent = `${answer.user.name} is the administrator now and can sign in as ${answer.user.email}.`;
      return;
    }
    outcome.textContent = [answer.detail, ...(answer.errors ?? []).map((e) => `${e.field} ${e.message}`)].join(" · ");
  } catch {
    outcome.textContent = "The server cannot be reached; try again.";
  }
  button.disabled = false;
});
