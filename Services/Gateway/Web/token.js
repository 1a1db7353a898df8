/** The one-time token in the fragment of the link that led here. It must not stay in the address bar or the history. */
export const takeToken = () => {
  const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  history.replaceState(null, "", location.pathname);
  return token;
};
