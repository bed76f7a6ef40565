// A token arrives in the fragment (`/#token=…`): a browser never sends that part to a server, nor into its log.

/** The headers to start with, as the text of the header editor; undefined where no token was given. */
export function headersFromFragment() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) return undefined;
  // Out of the address bar at once, so that it is not bookmarked or shared with the address.
  history.replaceState(null, '', location.pathname + location.search);
  return JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2);
}
