//! The vocabulary of the generated content: plain words, and compounds of them to make a long tail for search.

use std::collections::HashSet;

/// A language's words, the common ones first.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    words: Vec<String>,
}

impl Vocabulary {
    /// About 3,000 English words.
    pub(crate) fn english() -> Self {
        Self::build(ENGLISH, "", 2_600)
    }

    /// About 1,700 German words.
    pub(crate) fn german() -> Self {
        Self::build(GERMAN, "s", 1_500)
    }

    // The tail is made of pairs, taken in a fixed but scattered order, so that rare words share no common beginning.
    fn build(plain: &str, joint: &str, tail: usize) -> Self {
        let plain: Vec<&str> = plain.split_whitespace().collect();
        let mut words: Vec<String> = plain.iter().map(|word| (*word).to_owned()).collect();
        let stems: Vec<&str> = plain.iter().copied().filter(|word| (4..=7).contains(&word.len())).collect();
        let (mut left, mut right) = (0, 1);
        for step in 0..tail {
            left = (left + 7) % stems.len().max(1);
            right = (right + 11 + step % 3) % stems.len().max(1);
            if let (Some(a), Some(b)) = (stems.get(left), stems.get(right)) {
                words.push(format!("{a}{joint}{b}"));
            }
        }
        let mut seen = HashSet::new();
        words.retain(|word| seen.insert(word.clone()));
        Self { words }
    }

    /// The word of a rank; the empty word beyond the last.
    pub(crate) fn word(&self, rank: usize) -> &str {
        self.words.get(rank).map_or("", String::as_str)
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }
}

const ENGLISH: &str = "
a the and of to in with for on from our your this that we you they every more most never always often again
trail mountain river forest winter summer spring autumn morning evening light dark water stone paper wood steel glass
leather cotton wool linen denim canvas rubber copper silver golden amber ivory olive coral indigo crimson meadow harbour
island valley canyon desert glacier prairie orchard garden kitchen studio workshop gallery market street village city
bridge tower castle cottage cabin tent lantern candle compass anchor ladder basket bottle kettle teapot pitcher platter
bowl spoon knife fork plate table chair bench stool shelf drawer mirror window curtain carpet blanket pillow mattress
jacket sweater shirt trousers skirt dress scarf glove mitten sock boot sandal sneaker backpack wallet belt watch ring
necklace bracelet camera phone laptop tablet speaker cable battery charger keyboard screen printer scanner sensor engine
motor wheel pedal saddle handle brake gear chain helmet bicycle scooter kayak paddle canoe sail surfboard snowboard
ski climb hike run walk swim dive cycle travel wander explore discover gather build carve stitch weave paint draw sketch
design shape polish repair restore recycle reuse save spend share give lend borrow trade deliver return refund promise
warranty quality comfort balance strength patience courage wonder silence rhythm harmony colour pattern texture
surface edge corner centre circle square line point story chapter letter journal notebook pencil brush marker ribbon
button zipper pocket collar sleeve hem seam thread needle fabric fibre grain bark leaf branch root seed flower petal
blossom berry cherry apple pear plum peach lemon orange melon grape honey butter bread cheese coffee cocoa vanilla
cinnamon ginger pepper saffron thyme basil mint sage rosemary lavender jasmine cedar pine birch maple oak willow ash
falcon raven swallow heron otter badger fox wolf bear deer rabbit horse salmon trout whale dolphin turtle
maker crafter designer founder partner neighbour family friend guest traveller runner climber painter writer baker
tailor carpenter gardener engineer teacher student season collection edition release launch preview guide review
interview recipe lesson checklist question answer reason method process material supplier customer community
brilliant gentle quiet sturdy modern classic vintage playful honest careful simple practical durable waterproof
breathable lightweight handmade local seasonal organic recycled renewable certified limited available exclusive
";

const GERMAN: &str = "
und der die das mit für aus auf bei nach von unser jeder immer wieder mehr sehr neu alt gut leicht stark
Berg Fluss Wald Winter Sommer Frühling Herbst Morgen Abend Licht Wasser Stein Papier Holz Stahl Glas Leder Wolle
Leinen Kupfer Silber Bernstein Wiese Hafen Insel Garten Küche Werkstatt Markt Strasse Dorf Stadt Brücke Turm Hütte
Zelt Laterne Kerze Kompass Anker Leiter Korb Flasche Kessel Kanne Teller Messer Gabel Tisch Stuhl Regal Spiegel
Fenster Vorhang Teppich Decke Kissen Jacke Pullover Hemd Hose Rock Kleid Schal Socke Stiefel Sandale Rucksack Gürtel
Kamera Kabel Akku Tastatur Drucker Motor Pedal Sattel Bremse Kette Helm Fahrrad Kajak Segel wandern laufen schwimmen
bauen nähen weben malen zeichnen formen reparieren teilen schenken liefern Versprechen Garantie Qualität Ruhe Muster
Farbe Linie Kreis Rand Geschichte Brief Heft Pinsel Band Knopf Tasche Kragen Faden Nadel Stoff Blatt Wurzel Blüte
Beere Kirsche Apfel Birne Honig Butter Brot Kaffee Vanille Zimt Ingwer Pfeffer Thymian Minze Salbei Lavendel Zeder
Kiefer Birke Ahorn Eiche Falke Rabe Otter Dachs Fuchs Wolf Hirsch Hase Pferd Forelle Familie Freund Gast Reisende
Bäcker Schneider Tischler Gärtner Lehrer Saison Ausgabe Ratgeber Rezept Frage Antwort Methode Werkstoff
";
