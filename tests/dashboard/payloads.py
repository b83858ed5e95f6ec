"""What an agent could write into a task so that a page would run it."""

_TAGS = [
    "<script>{}</script>",
    "<ScRiPt>{}</sCrIpT>",
    "<script src=//evil.example/a.js></script>",
    "<img src=x onerror={}>",
    "<img src=x onerror='{}'>",
    '"><img src=x onerror={}>',
    "'><svg/onload={}>",
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<body onload={}>",
    "<iframe src='javascript:{}'></iframe>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<math><mtext></mtext><script>{}</script></math>",
    "<details open ontoggle={}>",
    "<video><source onerror={}></video>",
    "<audio src=x onerror={}>",
    "<input autofocus onfocus={}>",
    "<select autofocus onfocus={}>",
    "<textarea autofocus onfocus={}>",
    "<marquee onstart={}>",
    "<object data='javascript:{}'></object>",
    "<embed src='javascript:{}'>",
    "<form action='javascript:{}'><button>Submit</button></form>",
    "<a href='javascript:{}'>click</a>",
    "<link rel=stylesheet href='javascript:{}'>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<base href='javascript:{}//'>",
    "<style>@import 'javascript:{}';</style>",
    "<template><script>{}</script></template>",
    "</title><script>{}</script>",
    "</textarea><script>{}</script>",
    "<!--><script>{}</script>-->",
    "<![CDATA[<script>{}</script>]]>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
]
_ADDRESSES = [
    "javascript:{}",
    "JaVaScRiPt:{}",
    " javascript:{}",
    "java\tscript:{}",
    "java\nscript:{}",
    "\x01javascript:{}",
    "vbscript:{}",
    "data:text/html,<script>{}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{}'/>",
    "https://example.com/?a=<script>{}</script>",
    "https://example.com/#javascript:{}",
]
_WORDS = [
    "{{{{constructor.constructor('{}')()}}}}",
    "${{{}}}",
    "\u202e<script>{}</script>",
    "__proto__",
]
PAYLOADS = [
    text.format(f"alert({number})") for number, text in enumerate([*_TAGS, *_ADDRESSES, *_WORDS])
]
# What every element that could run something looks like, if it came from a payload.
RUNNABLE = """
[...document.querySelectorAll("*")].filter((element) =>
  ["IFRAME", "OBJECT", "EMBED", "BASE"].includes(element.tagName) ||
  [...element.attributes].some(({name, value}) => name.startsWith("on") ||
    (["href", "src", "action"].includes(name) && /^[\\s\\x00-\\x1f]*(java|vb)/i.test(value)) ||
    (name === "href" && /^\\s*data:/i.test(value)))
).map((element) => element.outerHTML.slice(0, 200))
"""
