//! Ten people who never were, for the demo's button: one for each way a lead can go.

use serde_json::{Value, json};

/// The sample leads, as canonical fields.
#[must_use]
pub fn samples() -> Vec<Value> {
    vec![
        json!({"name": "Ada Brenner", "email": "ada.brenner@nordwerk.example", "phone": "+493055501234", "company": "Nordwerk AG",
            "title": "Head of Operations", "country": "DE", "employees": 240, "type": "demo",
            "message": "We lose leads between the form and the first call. Can you show us the hand-off?", "utm_campaign": "speed-to-lead"}),
        json!({"name": "Emre Aydın", "email": "emre@bosphorus-pay.example", "phone": "+902125550111", "company": "Bosphorus Pay",
            "title": "Founder", "country": "TR", "employees": 85, "type": "contact_sales", "industry": "fintech",
            "message": "Fiyat bilgisi almak istiyoruz, 40 kullanıcı."}),
        json!({"name": "Camille Petit", "email": "camille@atelier-lumiere.example", "company": "Atelier Lumière", "country": "FR",
            "employees": 12, "type": "demo", "message": "A demo for two people, this week if possible."}),
        json!({"name": "Hank Scorpio", "email": "hank@globex.example", "phone": "+12025550147", "company": "Globex",
            "title": "Chief Executive", "country": "US", "employees": 900, "type": "demo", "message": "Same as last year, for one more office."}),
        json!({"name": "Olivia Clarke", "email": "olivia.clarke@harbourline.example", "phone": "+442079460321", "company": "Harbourline Ltd",
            "title": "Sales Director", "country": "GB", "employees": 60, "type": "webinar", "message": "Saw the webinar on escalations."}),
        json!({"name": "Mateus Rocha", "email": "mateus@rocha-consult.example", "company": "Rocha Consult", "country": "PT",
            "employees": 4, "type": "contact_sales", "message": "Is there a plan for four people?"}),
        json!({"name": "Greta Lindqvist", "email": "greta@fjallteknik.example", "company": "Fjällteknik AB", "title": "VP Sales",
            "country": "SE", "employees": 310, "type": "referral", "message": "Your customer Nordwerk told us to ask for Selin."}),
        json!({"name": "Tom Becker", "email": "tom.becker@gmail.com", "country": "AT", "type": "download", "message": ""}),
        json!({"name": "Yuki Tanaka", "email": "yuki.tanaka@sakura-systems.example", "phone": "+81355501199", "company": "Sakura Systems",
            "title": "Director of Growth", "country": "JP", "employees": 1200, "type": "demo",
            "message": "How do you handle time zones? <!channel> & *bold* are shown as text, I hope."}),
        json!({"name": "Nina Vogel", "email": "nina@kleinod.example", "phone": "+436605550142", "company": "Kleinod OG", "country": "AT",
            "employees": 7, "type": "demo", "message": "We are seven and answer every call ourselves."}),
    ]
}
