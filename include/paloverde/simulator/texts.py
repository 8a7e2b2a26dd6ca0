"""What people in the invented city of Palma Ria say: words only, no logic.

In braces: {street} {park} {day} {hour} {n} {link} {neighbor}. All names are invented.
"""

from __future__ import annotations

CITY = "City of Palma Ria"
SITE = "https://www.cityofpalmaria.example"

FIRST = (
    "Marisol", "Dwayne", "Ximena", "Theo", "Lucía", "Harlan", "Noor", "Beatriz", "Omar", "Kenji", "Wren", "Paloma",
    "Curtis", "Anahí", "Farid", "Mei", "Ignacio", "Opal", "Rosario", "Desmond", "Yuki", "Leopold", "Citlali", "Hugh",
    "Salma", "Bartholomew", "Inés", "Jolene", "Ravi", "Zoë", "Emeterio", "Agnes", "Tariq", "Luz", "Otis", "Priya",
)  # fmt: skip
LAST = (
    "Quintanar", "Oakhurst", "Delavega", "Brandtner", "Ocotillo", "Nakashima", "Haddadi", "Pemberly", "Saldívar",
    "Wexcombe", "Tamarisk", "Lindqvist", "Arroyave", "Okonjo", "Mesquital", "Fairweather", "Zhuang", "Barragana",
    "Thistlewood", "Yucca", "Marchetti", "Coachmire", "Valdespino", "Underhill", "Ramachandra", "Sotogrande",
)  # fmt: skip
STREETS = (
    "Ocotillo Way", "Calle Sombra", "Verbena Avenue", "Highway 74", "Paseo del Sol", "Smoke Tree Lane",
    "Avenida Mirador", "Tamarisk Row", "Cactus Wren Drive", "Mesa Verde Court",
)  # fmt: skip
PARKS = ("Palma Ria Park", "Washburn Commons", "Mirador Dog Park", "Ironwood Field", "Hidden Wash Trailhead")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
HOURS = ("7 a.m.", "8:30 a.m.", "noon", "4 p.m.", "5:30 p.m.", "6 p.m.")
# The first word that a text holds says where its link leads.
LINKS = {
    "weep": f"{SITE}/street-sweeping",
    "barrida": f"{SITE}/street-sweeping",
    "genda": f"{SITE}/council/agenda",
    "ouncil": f"{SITE}/council/agenda",
    "presupuesto": f"{SITE}/budget/summary.pdf",
    "ater": f"{SITE}/water",
    "ooling": f"{SITE}/cooling-centers",
    "enfriamiento": f"{SITE}/cooling-centers",
    "library": f"{SITE}/library/hours",
    "biblioteca": f"{SITE}/library/hours",
    "ermit": f"{SITE}/permits?type=short-term&year=2026",
    "Vote": f"{SITE}/elections",
    "hiring": f"{SITE}/jobs",
    "swim": f"{SITE}/parks/swim",
    "": f"{SITE}/news#latest",
}

POSTS = (
    "Street sweeping returns to {street} this {day}. Please move parked cars by {hour}. Map: {link}",
    "The City Council meets {day} at {hour} in the Council Chamber. The agenda is posted: {link}",
    "Excessive heat warning through {day}: expect {n}°F. Cooling centers are open from {hour}. ☀️🥵 {link}",
    "Road work: {street} narrows to one lane from {day} at {hour}. Expect delays of about {n} minutes. 🚧",
    "Water-wise landscaping: rebates of up to ${n}00 for replacing turf with desert plants. Apply at {link} 🌵",
    "{park} reopens {day} with new shade sails and a splash pad. Come say hello at {hour}! 💦",
    "The library's summer reading program starts {day}. {n} seats for story time. Sign up: {link} 📚",
    "Building permits can now be filed online, and most small permits are answered within {n} days. {link}",
    "Thank you to the {n} volunteers who cleaned the wash behind {park} this weekend! 🙌",
    "Reminder: street parking on {street} is not allowed on the first {day} of the month, because of sweeping.",
    "Our street crews will be out sweeping around {park} early on {day}.",
    "Flash flood watch: stay out of the washes near {street} until {day}. Turn around, don't drown. ⛈️",
    "Trash and recycling pick-up moves to {day} because of the holiday.",
    'Lost dog found near {park}: brown, friendly, answers to "Churro". Call Animal Services. 🐕',
    "Parks & Recreation: swim lessons for ages 4 & up open {day} at {hour}. Spaces < {n}! {link}",
    "Now hiring: {n} lifeguards, two maintenance workers and a records clerk. {link}",
    "Sheriff's substation open house on {day}, {hour}. Bring the kids. 🚓",
    "Traffic signal at {street} and Calle Sombra is out. Treat it as a four-way stop.",
    "#PalmaRia farmers market every {day} at {park}, rain or shine (mostly shine). 🍅🍋",
    "Vote centers are open until {hour} on {day}. Find yours: {link} 🗳️",
    "La barrida de calles vuelve a {street} este lunes. Por favor mueva su carro antes de las 7. {link}",
    "Aviso de calor extremo: beba agua, revise a sus vecinos. Centros de enfriamiento: {link} ☀️",
    "Reunión del Concejo Municipal: habrá interpretación en español. Agenda: {link}",
    "¡Noche de cine en {park}! Entrada gratis, traiga su silla. 🍿",
    "La biblioteca abre los domingos a partir de este mes. {link} 📖",
    "Obras en {street}: un solo carril, demoras de {n} minutos. Gracias por su paciencia.",
)
LONG_POSTS = (
    (
        "From the City Manager: this summer the City of Palma Ria begins the largest renewal of its streets in twenty "
        "years. Crews will repave {street}, rebuild {n} curb ramps, replace two miles of water main and plant shade trees "
        "between {park} and the library. Work starts on {day} at {hour}, and street sweeping continues on its usual "
        "schedule. We know that closures are a burden. Every affected household gets a letter, a phone number and the "
        "name of one engineer to call. Questions: {link}\n\nThank you for your patience, and please drink water. 🌵"
    ),
    (
        "Summary of the Council meeting on {day}: 1) the budget for the coming fiscal year was adopted 4-1; 2) the "
        "short-term rental ordinance was introduced and returns in two weeks; 3) a contract for street sweeping was "
        "awarded for three years; 4) staff will study shade at bus stops along {street}; 5) the public hearing on the "
        "{park} master plan was continued. Residents who wish to comment may write to the City Clerk before {hour}. {link}"
    ),
    (
        "Resumen del presupuesto: la ciudad destinará más fondos a calles, parques, biblioteca y agua. Se repavimentará "
        "{street}, se plantarán {n} árboles de sombra cerca de {park} y se ampliará el horario de los centros de "
        "enfriamiento durante los meses de calor. Las reuniones públicas comienzan a las {hour} con interpretación en "
        "español. Lea el documento completo y envíe sus comentarios a la Secretaría Municipal: {link}"
    ),
)
COMMENTS = (
    "Street sweeping never comes to our side of {street}. Third month in a row.",
    "Is street sweeping cancelled when {day} is a holiday?",
    "The street was full of sand, and sweeping it once a month is not enough.",
    "Can you publish the sweeping schedule for every street, not only {street}?",
    "Finally! Thank you 🙏", "Thank you for keeping us informed.", "What about {street}? Nobody answers the phone.",
    "My kids love {park}, but there is no shade at {hour}.", "This is a waste of money.", "Great job, Palma Ria! 👏👏",
    "When will the {street} work be done? It was supposed to end {day}.", "{n} degrees and the pool is closed?!",
    "Who voted against it?", "The link does not open for me: {link}", "Our water bill went up {n} percent. Why?",
    "I filed for a permit {n} days ago and heard nothing.", "Does the library lend park passes?",
    "Please fix the pothole in front of my house on {street}.", "The council should listen to residents for once.",
    "Loved the market on {day} 🍋", "Could we have a crosswalk at {street} and Calle Sombra?",
    "Shame on whoever cut down the palo verde trees.", "See you there!", "😂😂😂", "👍", "First!",
    "You people are clueless.", "This comment section is a disaster lol", "@{neighbor} did you see this?",
    "Is the meeting on video? I work until {hour}.", "Where can I get sandbags?", "Coyote near {park} again 🐺",
    "Gracias por la información.", "¿A qué hora empieza la barrida de calles en {street}?", "¡Qué calor! 🥵",
    "¿Habrá interpretación en español?", "Mi calle lleva semanas sin luz.", "¿Dónde puedo pagar el agua?",
    "شكرا لكم على المعلومات", "متى يفتح المركز في {park}؟", "谢谢通知！公园什么时候开放？", "停水到几点？",
    "暑いので気をつけてください ☀️", "図書館は日曜日も開いていますか？", "👨‍👩‍👧‍👦 see you at {park}",
)  # fmt: skip
REPLIES = (
    "Same here.", "I agree with you.", "No, it is {day}.", "They came to {street} yesterday.", "Read the post again 🙄",
    "Call the office, they helped me in {n} minutes.", "Not true, and you know it.", "Thanks, neighbor!", "Exactly 💯",
    "Igual aquí en {street}.", "Gracias, vecina.", "I saw the truck sweeping our street at {hour}.", "So what?",
    "It is on the agenda for {day}.", "هذا صحيح", "同意。", "Stop spamming every post.",
)  # fmt: skip
CITY_REPLIES = (
    "Thanks for letting us know. A crew will look at {street} on {day}.",
    "Hello! The full schedule is here: {link}",
    "We're sorry for the wait. Please send us a message with your permit number.",
    "Yes, the meeting is on video and will be posted afterwards. {link}",
    "Buenas tardes, la barrida empieza a las {hour}. Detalles: {link}",
    "Good question: street sweeping moves to the next working day after a holiday.",
)
MESSAGES = (
    "Hi, I was told to write here about the pothole on {street}.", "My permit number is 26-{n}41. Any news?",
    "Nobody has done street sweeping on our block since spring.", "Can I get a copy of the {park} contract?",
    "Buenas tardes, ¿dónde pago la cuenta del agua?", "Is this the right place to report a water leak?",
    "I'd like to speak with somebody about a citation.", "Thank you, that helped.", "Here is a photo of it.",
    "Please do not publish my address.", "Ok 👍", "¿Me pueden llamar después de las {hour}?", "你好，请问停水通知在哪里？",
)  # fmt: skip
CITY_MESSAGES = (
    "Thank you for writing to the City of Palma Ria. How can we help?", "We have passed this to Public Works.",
    "A crew will be there on {day} before {hour}.", "Please file the form here: {link}", "Con gusto le ayudamos.",
    "Your permit is under review; expect an answer within {n} days.", "We received the photo, thank you.",
)  # fmt: skip
BIOS = (
    "Desert gardener 🌵",
    "Retired teacher.",
    "Mamá de tres.",
    "Golf, grandkids, gazpacho.",
    "",
    "she/her",
    "本地人",
)
TAGGED = (
    "Beautiful evening at {park} tonight. Thank you {city} 🌅",
    "Hey {city}, the sweeping truck skipped {street}, the whole street is sand.",
    "{city} when does street sweeping start on {street}?",
    "{city} ¿habrá centros de enfriamiento este {day}?",
    "Three cheers for the library staff of {city} 📚",
)
