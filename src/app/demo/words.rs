//! The words that the demo's content is made of, in two languages.

/// A word in English and in German.
pub(super) type Both = (&'static str, &'static str);

/// Product lines.
pub(super) const LINES: [&str; 8] =
    ["Skarv", "Tind", "Lomvi", "Havn", "Solglimt", "Rimfrost", "Bekk", "Nordlys"];

/// Kinds of products: name, group, shelf, grams, cents.
pub(super) const KINDS: [(&str, &str, &str, usize, usize); 8] = [
    ("Lantern", "Outdoor", "Light", 420, 6900),
    ("Tent", "Outdoor", "Shelter", 2600, 44900),
    ("Rucksack", "Outdoor", "Carry", 1100, 15900),
    ("Kettle", "Home", "Kitchen", 780, 8900),
    ("Mug", "Home", "Kitchen", 310, 2400),
    ("Blanket", "Home", "Textile", 1450, 12900),
    ("Anorak", "Wear", "Outer layer", 560, 21900),
    ("Sweater", "Wear", "Knitwear", 640, 14900),
];

/// Colours.
pub(super) const COLOURS: [&str; 8] = ["moss", "slate", "rust", "sand", "ink", "cloud", "berry", "ochre"];

/// Materials.
pub(super) const MATERIALS: [&str; 8] =
    ["wool", "enamel", "canvas", "birch", "recycled nylon", "linen", "steel", "cork"];

/// First names.
pub(super) const FIRST: [&str; 8] =
    ["Ada", "Jonas", "Mirela", "Tomasz", "Ingrid", "Samir", "Lotte", "Henrik"];

/// Last names.
pub(super) const LAST: [&str; 8] =
    ["Lindqvist", "Okafor", "Brandt", "Moreau", "Nygaard", "Vidal", "Keller", "Solberg"];

/// What people do.
pub(super) const ROLES: [&str; 8] = [
    "Editor",
    "Photographer",
    "Product designer",
    "Trail guide",
    "Cook",
    "Repair smith",
    "Textile designer",
    "Copywriter",
];

/// Cities.
pub(super) const CITIES: [&str; 8] =
    ["Bergen", "Hamburg", "Tromsø", "Graz", "Malmö", "Porto", "Aarhus", "Leipzig"];

/// Places, as they stand after a preposition.
pub(super) const PLACES: [Both; 8] = [
    ("the archipelago", "den Schären"),
    ("the high plateau", "der Hochebene"),
    ("the old wharf", "dem alten Kai"),
    ("the birch hill", "dem Birkenhügel"),
    ("the harbour market", "dem Hafenmarkt"),
    ("the ridge trail", "dem Gratweg"),
    ("the lighthouse road", "der Leuchtturmstraße"),
    ("the frozen lake", "dem zugefrorenen See"),
];

/// Seasons: key, English, German.
pub(super) const SEASONS: [(&str, &str, &str); 8] = [
    ("early-spring", "early spring", "Vorfrühling"),
    ("spring", "spring", "Frühling"),
    ("early-summer", "early summer", "Frühsommer"),
    ("summer", "summer", "Sommer"),
    ("late-summer", "late summer", "Spätsommer"),
    ("autumn", "autumn", "Herbst"),
    ("late-autumn", "late autumn", "Spätherbst"),
    ("winter", "winter", "Winter"),
];

/// Sections of the magazine: group, section.
pub(super) const SECTIONS: [(&str, &str); 8] = [
    ("Magazine", "Field notes"),
    ("Magazine", "Portraits"),
    ("Guides", "Packing"),
    ("Guides", "Care and repair"),
    ("Guides", "Cooking outside"),
    ("News", "New arrivals"),
    ("News", "Workshop"),
    ("Magazine", "Seasons"),
];

/// Labels of stories.
pub(super) const LABELS: [&str; 8] =
    ["Slow travel", "Repair", "Wool", "Night sky", "With children", "Weather", "Coffee", "Long read"];

/// Labels of products.
pub(super) const MARKS: [&str; 8] =
    ["New", "Bestseller", "Repairable", "Gift", "Limited", "Recycled", "Lightweight", "Made to order"];

/// Headlines; `{place}`, `{season}` and `{thing}` are filled in.
pub(super) const HEADLINES: [Both; 8] = [
    ("Two days on {place}, one {thing}", "Zwei Tage auf {place} mit {thing}"),
    ("What {season} taught us about packing less", "Was uns der {season} über leichtes Gepäck lehrt"),
    ("The {thing} that came back for a second life", "{thing}: ein zweites Leben aus der Werkstatt"),
    ("A slow breakfast near {place}", "Ein langes Frühstück bei {place}"),
    ("How we test in {season}", "So prüfen wir im {season}"),
    ("Letters from {place}", "Briefe von {place}"),
    ("Five small repairs for {season}", "Fünf kleine Reparaturen für den {season}"),
    ("Behind the bench: making the {thing}", "An der Werkbank: so entsteht {thing}"),
];

/// Teasers.
pub(super) const TEASERS: [Both; 8] = [
    (
        "We left before the ferries did and learned which things earn their place in the bag.",
        "Wir brachen vor der ersten Fähre auf und lernten, was seinen Platz im Gepäck verdient.",
    ),
    (
        "Rain was forecast for both days. It came, and nobody minded for long.",
        "Für beide Tage war Regen angesagt. Er kam, und lange gestört hat er niemanden.",
    ),
    (
        "A loose seam, a bent handle, a lost cap: most endings are only pauses.",
        "Eine lose Naht, ein verbogener Griff, eine verlorene Kappe: die meisten Enden sind nur Pausen.",
    ),
    (
        "Our smallest team sent back its longest report, with crumbs between the pages.",
        "Unser kleinstes Team schickte seinen längsten Bericht, mit Krümeln zwischen den Seiten.",
    ),
    (
        "Numbers are patient, wind is not. So we measure outside.",
        "Zahlen sind geduldig, Wind ist es nicht. Darum messen wir draußen.",
    ),
    (
        "Some places ask for a plan. This one asks you to put it away.",
        "Manche Orte verlangen einen Plan. Dieser bittet darum, ihn wegzulegen.",
    ),
    (
        "You need a needle, ten minutes and the patience to thread one with the other.",
        "Man braucht eine Nadel, zehn Minuten und die Geduld, das eine mit dem anderen zu verbinden.",
    ),
    (
        "Eleven pairs of hands, four machines, and a radio that only finds one station.",
        "Elf Paar Hände, vier Maschinen und ein Radio, das nur einen Sender findet.",
    ),
];

/// Paragraphs.
pub(super) const PARAGRAPHS: [Both; 8] = [
    (
        "The morning on {place} began without a view. By the second cup the fog had moved a hundred metres, which was \
         all the invitation we needed.",
        "Der Morgen auf {place} begann ohne Aussicht. Bei der zweiten Tasse war der Nebel hundert Meter weiter, und mehr \
         Einladung brauchten wir nicht.",
    ),
    (
        "In {season} the light does most of the work. We carried the {thing} anyway, and used it for the half hour that \
         the sun forgot.",
        "Im {season} erledigt das Licht die meiste Arbeit. {thing} war trotzdem dabei und half in der halben Stunde, die \
         die Sonne vergaß.",
    ),
    (
        "Nobody in the workshop says \u{201c}good enough\u{201d}. They say \u{201c}leave it overnight\u{201d}, and look \
         again when the glue has an opinion.",
        "In der Werkstatt sagt niemand \u{201e}gut genug\u{201c}. Man sagt \u{201e}lass es über Nacht liegen\u{201c} und \
         schaut noch einmal, wenn der Leim eine Meinung hat.",
    ),
    (
        "A list helps, a shorter list helps more. Ours had nine lines, and we still carried two of them home unused.",
        "Eine Liste hilft, eine kürzere hilft mehr. Unsere hatte neun Zeilen, und zwei davon trugen wir ungenutzt zurück.",
    ),
    (
        "The path turns twice before the hut. Take the second turn even when the first looks drier; it only looks that way.",
        "Der Weg biegt vor der Hütte zweimal ab. Nimm die zweite Biegung, auch wenn die erste trockener aussieht; sie \
         sieht nur so aus.",
    ),
    (
        "We asked what should change. The answers were small and useful: a longer cord, a quieter clasp, a pocket that \
         closes with one hand.",
        "Wir fragten, was anders werden soll. Die Antworten waren klein und brauchbar: eine längere Schnur, ein leiserer \
         Verschluss, eine Tasche, die sich mit einer Hand schließt.",
    ),
    (
        "Dinner was soup again. With the last of the rye bread and a lid that finally fits, it was the best of the week.",
        "Zum Abendessen gab es wieder Suppe. Mit dem letzten Roggenbrot und einem Deckel, der endlich passt, war es die \
         beste der Woche.",
    ),
    (
        "When we came back to {place}, the {season} had already packed. We stayed a little longer and locked up after it.",
        "Als wir zu {place} zurückkamen, hatte der {season} schon gepackt. Wir blieben noch etwas und schlossen hinter ihm ab.",
    ),
];
