"""The patterns of the detectors.

Every repetition is bounded and no two ways lead through the same characters, so that the time is linear in
the length of a text.
"""

from __future__ import annotations

import re

PHONE = re.compile(
    r"(?<![\w.$#/@-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,5}\)|\d{1,5})(?:[ ./-]{0,2}\d{2,5}){1,5}(?![\w@-])"
)
CALL = re.compile(
    r"(?i)\b(?:phone|tel|telephone|cell|mobile|call|text|sms|fax|whatsapp|tel[eé]fono|celular|ll[aá]m\w*)\b"
)
GROUPED = re.compile(r"(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}")
LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}\Z")
DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w-])")
SPOKEN = re.compile(
    r"(?i)(?<![\w.+-])[\w.+-]{1,64} ?[\[({] ?(?:at|arroba) ?[\])}] ?[\w-]{1,63}"
    r"(?: ?(?:[\[({] ?(?:dot|punto) ?[\])}]|\.) ?[\w-]{2,63}){1,4}"
)
SSN = re.compile(r"(?<![\w-])\d{3}([- ])\d{2}\1\d{4}(?![\w-])")
NINE = re.compile(r"(?<!\d)\d{9}(?!\d)")
SOCIAL = re.compile(r"(?i)\b(?:ssn|s\.s\.n|social security|itin|seguro social|tax ?(?:payer)? id)\b")
RUN = re.compile(r"(?<![\w-])\d(?:[ -]?\d){11,18}(?![\w-])")
DIGITS = re.compile(r"(?<![\w.-])\d[\d -]{4,20}\d(?![\w-])")
BANK = re.compile(
    r"(?i)\b(?:acct|account|routing|aba|checking|savings|bank|cuenta|(?:customer|utility) (?:no|number))\b"
)
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)(?!\w)")
LICENCE = re.compile(r"(?<!\w)[A-Za-z]\d{7}(?!\w)")
DRIVER = re.compile(r"(?i)\b(?:driver'?s?|licen[cs]e|d\.?l\.?|cdl|licencia)(?!\w)")
PLATE = re.compile(r"(?<![\w-])\d[A-Z]{3}\d{3}(?![\w-])")
ANY_PLATE = re.compile(r"(?<![\w-])(?=[A-Z0-9 ]{0,7}\d)[A-Z0-9]{2,4}[ -]?[A-Z0-9]{2,4}(?![\w-])")
PLATED = re.compile(r"(?i)\b(?:plates?|placas?|license no|tag number)\b[^\n.]{0,15}\Z")
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
VERSION = re.compile(r"(?i)\b(?:version|firmware|release|section|v)\W{0,3}\Z")
SECRET = re.compile(
    r"(?i)\b(?:password|passcode|passwd|pwd|api[ _-]key|secret key|access token|contrase[nñ]a)\b"
    r"(?: is| es)? ?[:=]? ?[\"'“]?(?P<found>[^\s\"'”,;]{4,80})"
)
IS_WORD = re.compile(r"[A-Za-z]+[.?!]?")
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
DATE = re.compile(
    rf"(?i)(?<![\w/.-])(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:\d{{4}}|\d{{2}})|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}} {MONTH} \d{{4}}"
    r"|\d{1,2} de [a-z]{4,10} de \d{4})(?![\w/-])"
)
BORN = re.compile(
    r"(?i)\b(?:born|dob|d\.o\.b|date of birth|birth ?da(?:y|te)|nac(?:i[oó]|id[oa])|fecha de nacimiento)\b"
)
WAY = (
    r"(?:street|st|avenue|ave|boulevard|blvd|drive|dr|road|rd|lane|ln|court|ct|circle|cir|place|pl|way|trail|trl"
    r"|terrace|ter|parkway|pkwy|highway|hwy|loop|path|cove|plaza|square)"
)
NAME = r"(?:[A-Z][\w'’]{0,20}|\d{1,3}(?:st|nd|rd|th))"
UNIT = r"(?:,? (?:apt|apartment|unit|suite|ste|#)\.? ?#?\w{1,6})?"
ADDRESS = re.compile(
    rf"(?<![\w.$-])\d{{1,3}}-?\d{{1,4}}[A-Za-z]? (?:[NSEW]\.? |(?:North|South|East|West) )?(?:{NAME} ){{1,4}}"
    rf"(?i:{WAY}\b\.?{UNIT})"
)
LOWER = re.compile(
    rf"(?<![\w.$-])\d{{1,3}}-?\d{{2,4}} (?!(?:people|cars|days|minutes|years|feet|miles|of|on|in|the|and)\b)"
    rf"[a-z]{{2,20}} (?:(?!on|in|the|of|a|to|at|this|from)[a-z]{{2,20}} )?(?:{WAY})\b(?i:{UNIT})"
)
CALLE = re.compile(
    rf"(?<![\w.$-])(?:\d{{2,6}} )(?:Calle|Avenida|Camino|Paseo|Via|Vía|Corte) {NAME}(?: {NAME}){{0,2}}"
)
BOX = re.compile(r"(?i)\b(?:p\.? ?o\.? box|apartado) ?#? ?\d{1,6}\b")
OFFICIAL = re.compile(
    r"(?i)\b(?:mayor|council ?(?:member|man|woman|person)|councill?ors?|supervisor|commissioner"
    r"|trustee|board member|city manager|elected official|(?:assembly|congress) ?(?:member|man|woman)|senator"
    r"|(?:police|fire) chief|sheriff|judge|alcald(?:e|esa)|concejal(?:es|as?)?|jueza?)(?!\w)"
)
HOME = re.compile(
    r"(?i)\b(?:homes?|house|residences?|resid(?:es?|ing)|lives?|living|doorstep|front (?:door|yard)|driveway"
    r"|vive|casa|domicilio|residencia)(?!\w)"
)
PARCEL = re.compile(
    r"(?i)\b(?:apn|parcel (?:no\.?|number))[ :#]{0,3}(?P<found>\d{3}-\d{2,3}-\d{2,3}(?:-\d{1,3})?)(?![\w-])"
)
CHILD = (
    r"(?:son|daughter|kid|child|grandson|granddaughter|grandchild|niece|nephew|stepson|stepdaughter"
    r"|boy|girl|toddler|student|brother|sister|hij[oa]|niet[oa]|sobrin[oa]|niñ[oa]|hermanit[oa])"
)
AGE = r"(?P<age>\d{1,2})"
MINOR = (
    re.compile(rf"(?i)(?<![\w.]){AGE}[ -]?(?:years?|yrs?|months?|mos?)[ -]old\b"),
    re.compile(rf"(?i)(?<![\w.]){AGE} ?(?:y/?o|yo)\b"),
    re.compile(
        rf"(?i)\b{CHILD}(?: [A-Z][\w'’]{{1,20}})?,? (?:is |who is |aged? |age |de |tiene |\(){{1,2}}{AGE}\b"
        r"(?! ?(?:feet|ft|%|minutes|st\b|nd\b|rd\b|th\b))"
    ),
    re.compile(rf"(?i)\btiene {AGE} años\b"),
    re.compile(rf"(?i)\b(?:aged?) {AGE}\b(?! ?(?:and|or|to|plus|\+|-))"),
)
SCHOOL = re.compile(
    r"(?i)\b(?:(?:in|starting|starts|finished|a|an|my) (?:the )?)?"
    r"(?:(?:1st|2nd|3rd|[4-9]th|1[0-2]th|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
    r"|eleventh|twelfth)[ -]grade(?:rs?)?|kindergart(?:en|ner)|preschool(?:er)?|middle schooler)\b"
)
PRIVILEGED = re.compile(
    r"(?i)\b(?:attorney[- ]client|attorneys?|(?:legal|outside|special|general|our|city'?s?) counsel"
    r"|counsel(?:'s)?|privileged|legal advice|legal opinion|work[- ]product|closed session|law firm|esq\.?"
    r"|abogad[oa]s?|confidencial)(?!\w)"
)
