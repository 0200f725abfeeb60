"""Who may use the pages: only a browser on this machine that was given the token.

As Jupyter does it: the token stands in the first URL, and a cookie after that.
"""

import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# No script but our file, nothing from elsewhere, and no other page may frame these.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SAFE = frozenset(["GET", "HEAD"])


class Guard:
    """Middleware that lets through what comes from our own pages.

    port: of the server; also in the cookie's name, as browsers share cookies among ports.
    token: the secret.
    """

    def __init__(self, app: ASGIApp, port: int, token: str):
        self._app, self._token, self._cookie = app, token, f"review-{port}"
        self._hosts = frozenset([f"127.0.0.1:{port}", f"localhost:{port}"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._refusal(scope) or self._first_visit(scope) or self._app
        await answer(scope, receive, send_with_headers)

    def _refusal(self, scope):
        """Refuse other names of this machine (DNS rebinding) and other pages' requests."""
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in self._hosts:
            return PlainTextResponse("This page is on 127.0.0.1 alone.", 403)
        if origin is not None and origin != f"http://{host}":
            return PlainTextResponse("Another page sent this; nothing was done.", 403)
        if scope["method"] not in SAFE and origin is None:
            return PlainTextResponse("It is not said which page sent this.", 403)
        if self._is_token(self._token_in_cookie(headers)) or self._is_token(_token_in_url(scope)):
            return None
        return PlainTextResponse(
            "Open the address that `autograder review` printed in the terminal: its token is "
            "missing here, or is that of an earlier start.",
            403,
        )

    def _first_visit(self, scope):
        """Put the token of the URL into a cookie, so that it does not stay in the address bar."""
        if not self._is_token(_token_in_url(scope)) or scope["method"] not in SAFE:
            return None
        query = parse_qs(scope["query_string"].decode("ascii", "replace"))
        query.pop("token")
        rest = f"?{urlencode(query, doseq=True)}" if query else ""
        answer = RedirectResponse("/" + scope["path"].lstrip("/") + rest, 303)
        answer.set_cookie(self._cookie, self._token, httponly=True, samesite="lax")
        return answer

    def _token_in_cookie(self, headers):
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return ""
        return morsel.value if morsel else ""

    def _is_token(self, text):
        return secrets.compare_digest(text.encode(), self._token.encode())


def _token_in_url(scope):
    query = parse_qs(scope["query_string"].decode("ascii", "replace"))
    return query.get("token", [""])[0]
