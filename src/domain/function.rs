//! What somebody does in their company, read from their title: "VP Marketing", "Vertriebsleiterin", "Directeur
//! financier".
//!
//! The first word of a title that tells a function decides; of two that begin alike the longer one ("production" before
//! "product"). Who leads the whole company is `executive`, unless the title goes on to say of what they are president.
//! A title that tells nothing has none: a wrong one would send a lead to the wrong people.

use super::company;

/// Everything that a title can tell.
pub const ALL: [&str; 12] = [
    "executive",
    "sales",
    "marketing",
    "product",
    "engineering",
    "it",
    "finance",
    "hr",
    "legal",
    "operations",
    "procurement",
    "service",
];

/// The longest that is a word of its own only: `it`, `hr`, `ceo`.
const SHORT: usize = 4;

/// How words begin that tell a function, without accents: English, German, French, Spanish, Italian, Portuguese, Dutch,
/// Turkish. A `*` before: also within a word, as German has them.
const BEGINNINGS: [(&str, &[&str]); 12] = [
    (
        "executive",
        &[
            "ceo",
            "founder",
            "cofounder",
            "owner",
            "proprietor",
            "managing director",
            "managing partner",
            "chief executive",
            "general manager",
            "gf",
            "geschaftsfuhr",
            "geschaeftsfuehr",
            "geschaftsleit",
            "inhaber",
            "grunder",
            "gruender",
            "vorstand",
            "directeur general",
            "directrice generale",
            "pdg",
            "gerant",
            "fondateur",
            "fondatrice",
            "director general",
            "directora general",
            "consejero delegado",
            "fundador",
            "amministratore delegato",
            "direttore generale",
            "titolare",
            "socio",
            "diretor geral",
            "eigenaar",
            "oprichter",
            "bestuurder",
            "kurucu",
            "genel mudur",
            "isletme sahibi",
            "sirket sahibi",
        ],
    ),
    (
        "sales",
        &[
            "sales",
            "sale",
            "account manager",
            "account executive",
            "key account",
            "business develop",
            "bdm",
            "bdr",
            "sdr",
            "cro",
            "chief revenue",
            "revenue operations",
            "*vertrieb",
            "verkauf",
            "commercial",
            "vente",
            "ventas",
            "comercial",
            "vendite",
            "commerciale",
            "vendas",
            "verkoop",
            "satis",
        ],
    ),
    (
        "marketing",
        &[
            "marketing",
            "cmo",
            "brand",
            "seo",
            "sem",
            "content",
            "growth",
            "demand gen",
            "communications",
            "communication",
            "kommunikation",
            "pr",
            "public relations",
            "mercadotecnia",
            "pazarlama",
        ],
    ),
    (
        "product",
        &[
            "product", "produkt", "produit", "producto", "prodotto", "produto", "urun", "ux",
            "design",
        ],
    ),
    (
        "engineering",
        &[
            "engineer",
            "develop",
            "software",
            "cto",
            "chief technology",
            "chief technical",
            "architect",
            "devops",
            "data",
            "scientist",
            "research",
            "programm",
            "ingenieur",
            "*entwickl",
            "technisch",
            "technik",
            "architekt",
            "forschung",
            "developpe",
            "ingenier",
            "desarroll",
            "ingegner",
            "sviluppat",
            "engenheir",
            "desenvolv",
            "ontwikkel",
            "muhendis",
            "yazilim",
            "gelistirici",
        ],
    ),
    (
        "it",
        &[
            "it",
            "edv",
            "cio",
            "ciso",
            "chief information",
            "information tech",
            "information sec",
            "informati",
            "system",
            "network",
            "netzwerk",
            "infrastructure",
            "cyber",
            "security",
            "admin system",
            "dsi",
            "bilgi islem",
            "bilgi teknoloji",
            "sistem",
            "reseau",
        ],
    ),
    (
        "finance",
        &[
            "financ",
            "finanz",
            "finans",
            "cfo",
            "accountant",
            "accounting",
            "accounts payable",
            "controller",
            "controlling",
            "treasur",
            "tax",
            "audit",
            "bookkeep",
            "buchhalt",
            "steuer",
            "comptab",
            "contab",
            "boekhoud",
            "muhasebe",
            "mali isler",
            "raf",
            "daf",
        ],
    ),
    (
        "hr",
        &[
            "hr",
            "chro",
            "hrbp",
            "human resource",
            "people",
            "talent",
            "recruit",
            "personalleit",
            "personalabteil",
            "personalwesen",
            "personalreferent",
            "personalentwickl",
            "personalchef",
            "leitung personal",
            "leiter personal",
            "leiterin personal",
            "ressources humaines",
            "recursos humanos",
            "risorse umane",
            "rh",
            "drh",
            "insan kaynak",
            "ik",
            "personeelszaken",
        ],
    ),
    (
        "legal",
        &[
            "legal",
            "lawyer",
            "attorney",
            "counsel",
            "general counsel",
            "compliance",
            "privacy",
            "jurist",
            "juridi",
            "justiziar",
            "rechts",
            "datenschutz",
            "avocat",
            "abogad",
            "avvocat",
            "advogad",
            "hukuk",
            "avukat",
            "uyum",
        ],
    ),
    (
        "operations",
        &[
            "operations",
            "operation",
            "coo",
            "chief operating",
            "logisti",
            "supply chain",
            "production",
            "manufactur",
            "warehouse",
            "plant",
            "quality",
            "facility",
            "process",
            "office manager",
            "betrieb",
            "produktion",
            "fertigung",
            "lager",
            "qualitat",
            "exploitation",
            "operaciones",
            "produccion",
            "produzione",
            "operacoes",
            "producao",
            "operasyon",
            "uretim",
            "lojistik",
            "kalite",
        ],
    ),
    (
        "procurement",
        &[
            "procure",
            "purchas",
            "buyer",
            "sourcing",
            "*einkauf",
            "beschaff",
            "achat",
            "acheteu",
            "compras",
            "acquist",
            "inkoop",
            "satin alma",
            "satinalma",
        ],
    ),
    (
        "service",
        &[
            "customer success",
            "customer service",
            "customer care",
            "customer support",
            "customer experience",
            "client success",
            "client service",
            "support",
            "helpdesk",
            "service",
            "kundenservice",
            "kundendienst",
            "kundenbetreu",
            "service client",
            "atencion al cliente",
            "musteri hizmet",
            "musteri deneyim",
        ],
    ),
];

/// Who leads the whole company, if the title does not say of what.
const LEADS: [&str; 6] = [
    "president",
    "prasident",
    "presidente",
    "baskan",
    "managing",
    "executive director",
];

/// What somebody with this title does; `""` where it tells nothing.
#[must_use]
pub fn of(title: &str) -> &'static str {
    let words = company::words(title);
    let told = (0..words.len()).find_map(|at| begins(&words[at..]));
    told.unwrap_or_else(|| {
        let rest = |at: usize| words[at..].join(" ");
        let leads = |at: usize| LEADS.iter().any(|word| rest(at).starts_with(word));
        let deputy = words.iter().any(|word| word == "vice" || word == "vize");
        if !deputy && (0..words.len()).any(leads) {
            "executive"
        } else {
            ""
        }
    })
}

/// What the first of these words, perhaps with those behind it, tells.
fn begins(words: &[String]) -> Option<&'static str> {
    let (first, rest) = (words.first()?, words.join(" "));
    let told = |beginning: &&&str| match beginning.strip_prefix('*') {
        Some(part) => first.contains(part),
        None if beginning.len() <= SHORT => first == *beginning,
        None => rest.starts_with(*beginning),
    };
    let all = BEGINNINGS.iter().filter_map(|(function, beginnings)| {
        let longest = beginnings.iter().filter(told).map(|it| it.len()).max()?;
        Some((longest, *function))
    });
    all.max_by_key(|(longest, _)| *longest)
        .map(|(_, function)| function)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_tell_what_somebody_does_in_several_languages() {
        for (title, function) in [
            ("VP Sales", "sales"),
            ("Sales Engineer", "sales"),
            ("Business Development Manager", "sales"),
            ("Key-Account-Manager (m/w/d)", "sales"),
            ("Vertriebsleiterin", "sales"),
            ("Leiter Innenvertrieb", "sales"),
            ("Directrice commerciale", "sales"),
            ("Satış Müdürü", "sales"),
            ("Head of Growth & Brand", "marketing"),
            ("Director of Marketing", "marketing"),
            ("Pazarlama Uzmanı", "marketing"),
            ("Senior Product Owner", "product"),
            ("Production Manager", "operations"),
            ("Produktionsleiter", "operations"),
            ("Senior Software Developer", "engineering"),
            ("Softwareentwicklerin", "engineering"),
            ("CTO", "engineering"),
            ("Yazılım Mühendisi", "engineering"),
            ("Head of IT", "it"),
            ("IT-Leiter", "it"),
            ("Directeur informatique", "it"),
            ("Chief Information Officer", "it"),
            ("Chief Financial Officer", "finance"),
            ("Directeur financier", "finance"),
            ("Finanzbuchhalter", "finance"),
            ("Accountant", "finance"),
            ("Human Resources Business Partner", "hr"),
            ("Leitung Personal", "hr"),
            ("İnsan Kaynakları Direktörü", "hr"),
            ("General Counsel", "legal"),
            ("Rechtsanwältin", "legal"),
            ("Chief Operating Officer", "operations"),
            ("Leiter Logistik", "operations"),
            ("Strategischer Einkäufer", "procurement"),
            ("Leiter Einkauf", "procurement"),
            ("Responsable des achats", "procurement"),
            ("Customer Success Manager", "service"),
            ("CEO & Co-Founder", "executive"),
            ("Geschäftsführer", "executive"),
            ("Geschaeftsfuehrerin", "executive"),
            ("Genel Müdür", "executive"),
            ("President", "executive"),
            ("Vice President", ""),
            ("President of Sales", "sales"),
            ("Personal Assistant", ""),
            ("Inventor", ""),
            ("Italian teacher", ""),
            ("Student", ""),
            ("", ""),
        ] {
            assert_eq!(of(title), function, "{title}");
        }
    }

    #[test]
    fn every_function_is_told_by_something() {
        let told: Vec<&str> = BEGINNINGS.iter().map(|(function, _)| *function).collect();
        assert_eq!(told, ALL);
    }
}
