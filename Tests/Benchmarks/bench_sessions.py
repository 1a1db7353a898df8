"""Many valid access tokens, by refreshing a few sessions again and again: signing in would hash a password each time."""
import concurrent.futures
import http.client
import json
import urllib.parse

SESSIONS = 16
REQUEST_SECONDS_MAX = 20


class Sessions:
    def __init__(self, url, sign_in):
        """- sign_in: answers a new session as the API does."""
        self.host = urllib.parse.urlsplit(url).netloc
        self.refresh_tokens = [sign_in()["refreshToken"] for _ in range(SESSIONS)]

    def access_tokens(self, count):
        """So many, all different, or a few more. Each session hands out its own one after the other."""
        each = -(-count // SESSIONS)
        with concurrent.futures.ThreadPoolExecutor(SESSIONS) as pool:
            parts = list(pool.map(lambda index: self._refresh(index, each), range(SESSIONS)))
        return [token for part in parts for token in part]

    def _refresh(self, index, count):
        connection = http.client.HTTPConnection(self.host, timeout=REQUEST_SECONDS_MAX)
        tokens = []
        try:
            for _ in range(count):
                body = json.dumps({"refreshToken": self.refresh_tokens[index]})
                connection.request("POST", "/api/auth/refresh", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                text = answer.read()
                if answer.status != 200:
                    raise SystemExit(f"bench: a refresh was answered with {answer.status}")
                grant = json.loads(text)
                self.refresh_tokens[index] = grant["refreshToken"]
                tokens.append(grant["accessToken"])
        finally:
            connection.close()
        return tokens
