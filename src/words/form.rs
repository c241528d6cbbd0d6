//! The words of the form that Baton itself shows, in the visitor's language.

use std::borrow::Cow;

use crate::domain::contact::Field;

/// What a form says by itself, in one language.
#[derive(Debug, PartialEq, Eq)]
pub struct FormWords {
    /// The language's ISO code.
    pub language: &'static str,
    /// Over a form without a title of its own.
    pub title: &'static str,
    /// Behind the label of what need not be answered.
    pub optional: &'static str,
    /// The button.
    pub send: &'static str,
    /// Before a choice is made.
    pub choose: &'static str,
    /// Beside what people don't see.
    pub trap: &'static str,
    /// Over what is wrong.
    pub mend: &'static str,
    /// There is no answer.
    pub missing: &'static str,
    /// The words were not agreed to.
    pub not_agreed: &'static str,
    /// It is no e-mail address.
    pub email: &'static str,
    /// It is no phone number.
    pub phone: &'static str,
    /// It is no number.
    pub number: &'static str,
    /// It is none of those to choose from.
    pub choice: &'static str,
    /// It is too long.
    pub too_long: &'static str,
    /// The page was open for long.
    pub again: &'static str,
    /// Too many write at once.
    pub busy: &'static str,
    /// It could not be kept.
    pub failed: &'static str,
    /// Over the page that is shown when it was sent.
    pub thanks: &'static str,
    /// What stands there.
    pub thanks_text: &'static str,
    labels: [&'static str; 20],
}

/// The fields of which there are labels in every language.
const LABELLED: [Field; 20] = [
    Field::Name,
    Field::FirstName,
    Field::LastName,
    Field::Email,
    Field::Phone,
    Field::Company,
    Field::Website,
    Field::Title,
    Field::Country,
    Field::Region,
    Field::City,
    Field::PostalCode,
    Field::Industry,
    Field::Employees,
    Field::Revenue,
    Field::Message,
    Field::Product,
    Field::UseCase,
    Field::DealValue,
    Field::Language,
];

static ENGLISH: FormWords = FormWords {
    language: "en",
    title: "Get in touch",
    optional: "optional",
    send: "Send",
    choose: "Please choose",
    trap: "Leave this empty",
    mend: "This could not be sent yet",
    missing: "Please answer this.",
    not_agreed: "Please agree to this.",
    email: "Please write an e-mail address, such as ada@example.com.",
    phone: "Please write a phone number, such as +44 20 7946 0000.",
    number: "Please write a number.",
    choice: "Please choose one of these.",
    too_long: "This is too long.",
    again: "This page was open for a long time. Please send it once more.",
    busy: "Too many are writing at once. Please send it once more in a minute.",
    failed: "This could not be kept just now. Please send it once more in a minute.",
    thanks: "Thank you",
    thanks_text: "We have your message and will be in touch soon.",
    labels: [
        "Name",
        "First name",
        "Last name",
        "E-mail",
        "Phone",
        "Company",
        "Website",
        "Job title",
        "Country",
        "Region",
        "City",
        "Postal code",
        "Industry",
        "Number of employees",
        "Annual revenue",
        "Message",
        "Product",
        "What is it for?",
        "Budget",
        "Language",
    ],
};

static GERMAN: FormWords = FormWords {
    language: "de",
    title: "Kontakt aufnehmen",
    optional: "freiwillig",
    send: "Absenden",
    choose: "Bitte wählen",
    trap: "Bitte leer lassen",
    mend: "Das konnte noch nicht gesendet werden",
    missing: "Bitte ausfüllen.",
    not_agreed: "Bitte zustimmen.",
    email: "Bitte eine E-Mail-Adresse angeben, zum Beispiel ada@example.com.",
    phone: "Bitte eine Telefonnummer angeben, zum Beispiel +49 30 901820.",
    number: "Bitte eine Zahl angeben.",
    choice: "Bitte eine der Möglichkeiten wählen.",
    too_long: "Das ist zu lang.",
    again: "Diese Seite war lange offen. Bitte noch einmal absenden.",
    busy: "Gerade schreiben zu viele auf einmal. Bitte in einer Minute noch einmal absenden.",
    failed: "Das konnte gerade nicht gespeichert werden. Bitte in einer Minute noch einmal absenden.",
    thanks: "Vielen Dank",
    thanks_text: "Ihre Nachricht ist angekommen. Wir melden uns bald.",
    labels: [
        "Name",
        "Vorname",
        "Nachname",
        "E-Mail",
        "Telefon",
        "Firma",
        "Website",
        "Position",
        "Land",
        "Region",
        "Ort",
        "Postleitzahl",
        "Branche",
        "Anzahl Mitarbeitende",
        "Jahresumsatz",
        "Nachricht",
        "Produkt",
        "Wofür?",
        "Budget",
        "Sprache",
    ],
};

static TURKISH: FormWords = FormWords {
    language: "tr",
    title: "Bize ulaşın",
    optional: "isteğe bağlı",
    send: "Gönder",
    choose: "Lütfen seçin",
    trap: "Boş bırakın",
    mend: "Bu henüz gönderilemedi",
    missing: "Lütfen bunu doldurun.",
    not_agreed: "Lütfen onaylayın.",
    email: "Lütfen bir e-posta adresi yazın, örneğin ada@example.com.",
    phone: "Lütfen bir telefon numarası yazın, örneğin +90 212 555 01 11.",
    number: "Lütfen bir sayı yazın.",
    choice: "Lütfen seçeneklerden birini seçin.",
    too_long: "Bu çok uzun.",
    again: "Bu sayfa uzun süre açık kaldı. Lütfen bir kez daha gönderin.",
    busy: "Şu anda çok fazla kişi yazıyor. Lütfen bir dakika sonra bir kez daha gönderin.",
    failed: "Bu şu anda kaydedilemedi. Lütfen bir dakika sonra bir kez daha gönderin.",
    thanks: "Teşekkürler",
    thanks_text: "Mesajınızı aldık, en kısa sürede size döneceğiz.",
    labels: [
        "Ad soyad",
        "Ad",
        "Soyad",
        "E-posta",
        "Telefon",
        "Şirket",
        "Web sitesi",
        "Unvan",
        "Ülke",
        "Bölge",
        "Şehir",
        "Posta kodu",
        "Sektör",
        "Çalışan sayısı",
        "Yıllık ciro",
        "Mesaj",
        "Ürün",
        "Ne için?",
        "Bütçe",
        "Dil",
    ],
};

/// The words in the first of these languages that Baton speaks, else in English.
#[must_use]
pub fn in_one_of<'l>(languages: impl IntoIterator<Item = &'l str>) -> &'static FormWords {
    let known = [&ENGLISH, &GERMAN, &TURKISH];
    let spoken = |language: &str| known.into_iter().find(|it| it.language == language);
    languages.into_iter().find_map(spoken).unwrap_or(&ENGLISH)
}

impl FormWords {
    /// What a field is called.
    #[must_use]
    pub fn label(&self, field: Field) -> Cow<'static, str> {
        let place = LABELLED.iter().position(|it| *it == field);
        match place.and_then(|place| self.labels.get(place)) {
            Some(label) => Cow::Borrowed(*label),
            None => Cow::Owned(field.name().replace('_', " ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_words_and_others_get_english() {
        assert_eq!(in_one_of(["fr", "de", "en"]).send, "Absenden");
        assert_eq!(in_one_of(["tr"]).label(Field::Employees), "Çalışan sayısı");
        assert_eq!(in_one_of(["ja"]).language, "en");
        assert_eq!(in_one_of([]).label(Field::Timezone), "timezone");
    }
}
