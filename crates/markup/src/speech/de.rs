use super::Language;

// Many words a line: a table is read as a whole.
#[rustfmt::skip]
pub(super) const TABLE: Language = Language {
    code: "de",
    says: &[
        "sagen", "sage", "sagt", "sagte", "sagten", "gesagt", "erklären", "erklärt", "erklärte", "erklärten",
        "schreiben", "schreibt", "schrieb", "schrieben", "geschrieben", "mitteilen", "teilte", "teilten",
        "mitgeteilt", "berichten", "berichtet", "berichtete", "berichteten", "betonen", "betont", "betonte",
        "behaupten", "behauptet", "behauptete", "behaupteten", "antworten", "antwortet", "antwortete",
        "ankündigen", "kündigte", "angekündigt", "warnen", "warnt", "warnte", "meinen", "meint", "meinte",
        "äußern", "äußert", "äußerte", "äußerten", "bestätigen", "bestätigt", "bestätigte", "bestätigten",
        "versichern", "versichert", "versicherte", "erzählen", "erzählt", "erzählte", "verkünden",
        "verkündete", "verkündet", "ergänzte", "ergänzt", "dementiert", "dementierte", "bestritt",
        "bestreitet", "räumte", "beteuerte", "beteuert", "zufolge", "verspricht", "versprach", "forderte",
        "fordert", "betonten", "unterstrich", "mahnte",
    ],
    says_and_more: &[
        "schreiben", "schreibt", "schrieb", "schrieben", "geschrieben", "teilte", "teilten", "kündigte",
        "meinen", "meint", "erzählen", "räumte", "fordert", "forderte", "versprach", "verspricht", "bestreitet",
        "bestritt",
    ],
    opens: &["dass", "daß", "ob", "wie", "sei", "mit"],
    calls: &[
        "nennen", "nennt", "nannte", "nannten", "bezeichnen", "bezeichnet", "bezeichnete", "bezeichneten",
        "fragt", "fragte", "gefragt", "heißt", "hieß", "lautet", "lautete", "zitiert", "zitierte", "sprach",
        "spricht", "rief", "ruft", "kommentierte", "kommentiert", "notiert", "notierte", "vermerkt",
        "vermerkte", "fügte", "steht", "beschreibt", "beschrieb",
    ],
    according: &[
        "laut", "zufolge", "nach angaben", "so der", "so die", "so das", "den worten", "nach den worten",
        "mit den worten", "in den worten", "wörtlich",
    ],
    somebody: &[
        "ich", "er", "sie", "wir", "ihr", "man", "minister", "ministerin", "ministerium", "präsident",
        "präsidentin", "kanzler", "kanzlerin", "sprecher", "sprecherin", "behörde", "amt", "hafenamt", "rat",
        "stadtrat", "bürgermeister", "bürgermeisterin", "polizei", "regierung", "gericht", "richter",
        "richterin", "unternehmen", "bericht", "protokoll", "mitteilung", "erklärung", "brief", "zeitung",
        "professor", "professorin", "zeuge", "zeugin", "autor", "autorin", "der", "die",
    ],
    nobody: &[
        "augen", "blick", "blicke", "gesicht", "lächeln", "schweigen", "hände", "herz", "bild", "bilder",
        "himmel", "wind", "uhr", "zahlen", "stille", "miene",
    ],
    question: &["frage", "f"],
    answer: &["antwort"],
    roles: &[
        "moderator", "moderatorin", "interviewer", "interviewerin", "journalist", "journalistin",
        "dolmetscher", "dolmetscherin", "sprecher", "sprecherin", "reporter", "reporterin", "zuschauer",
    ],
    introduces: &[
        "transkript", "protokoll", "mitschrift", "abschrift", "gespräch", "interview", "wortlaut",
        "pressekonferenz", "befragung", "wortwechsel",
    ],
    not_in_names: &[
        "ich", "er", "es", "sie", "wir", "ihr", "du", "mich", "mir", "uns", "ihm", "ihn", "mein", "dein",
        "sein", "unser", "dies", "diese", "dieser", "dieses", "was", "warum", "wie", "wann", "wo", "wer",
        "ist", "sind", "war", "waren", "wird", "werden", "wurde", "wurden", "hat", "haben", "hatte", "hatten",
        "kann", "können", "muss", "müssen", "soll", "sollte", "nicht", "kein", "keine", "wenn", "aber", "oder",
        "weil", "dann", "als", "mit", "ohne", "nach", "vor", "auch", "nur", "noch", "jetzt", "hier", "dort",
        "im", "bei", "aus", "auf",
    ],
    remarks: &[
        "hinweis", "achtung", "wichtig", "quelle", "quellen", "anmerkung", "beispiel", "korrektur", "nachtrag",
        "fazit", "ergebnis", "hintergrund", "foto", "bild", "montag", "dienstag", "mittwoch", "donnerstag",
        "freitag", "samstag", "sonntag", "datum", "ort", "zeit", "thema", "titel", "heute", "morgen",
        "gestern", "erstens", "zweitens", "drittens", "aktualisierung", "uhrzeit", "betreff",
        "also", "zusammenfassung", "übrigens", "nämlich", "außerdem", "allerdings", "trotzdem", "deshalb",
        "tatsache", "folge", "erinnerung", "wahrheit", "beweis", "ps", "p.s",
    ],
    notices: &[
        "eintritt", "einlass", "karten", "tickets", "preis", "preise", "kosten", "beginn", "mitbringen", "wo",
        "wann", "wo und wann", "adresse", "anschrift", "kontakt", "telefon", "tel", "mail", "e-mail",
        "internet", "webseite", "website", "anmeldung", "öffnungszeiten", "bitte merken", "nicht vergessen",
        "erinnerung", "mehr", "mehr dazu", "mehr darüber", "mehr hier", "weitere infos",
        "weitere informationen", "mehr infos", "infos", "info", "weiterlesen", "hier", "nachlesen",
        "zum nachlesen", "spenden", "kanal", "startseite",
    ],
    invites: &[
        "abonnieren", "abonniert", "folgt uns", "folgen sie", "quelle:", "quellen:", "mehr lesen",
        "weiterlesen", "mehr dazu", "mehr darüber", "mehr auf", "mehr unter", "mehr hier", "mehr infos",
        "weitere infos", "weitere informationen", "alles weitere", "zum nachlesen", "nachzulesen",
        "das ganze gespräch", "der ganze text", "den ganzen text", "vollständiger text", "volltext", "foto:",
        "fotos:", "bild:", "video:", "teilt ", "unterstützt uns", "unterstützen sie", "schreibt uns",
        "schreiben sie uns", "unser kanal", "mein kanal", "unsere seite", "unsere webseite",
        "danke fürs lesen", "zuerst erschienen", "anmeldung",
    ],
    titles: &[
        "herr", "herrn", "frau", "fräulein", "dr", "prof", "professor", "professorin", "doktor", "pfarrer",
        "pfarrerin", "bürgermeister", "bürgermeisterin", "minister", "ministerin", "dipl.-ing", "ing", "mag",
        "graf", "gräfin", "freiherr",
    ],
    particles: &["von", "vom", "zu", "zum", "zur", "der", "die", "das", "den", "dem", "und", "am", "für"],
    abbreviations: &[
        "hr", "fr", "nr", "bzw", "z.b", "u.a", "d.h", "usw", "ca", "str", "abs", "art", "dr", "prof", "evtl",
        "ggf", "vgl", "jh", "st",
    ],
    articles: &["ein", "eine", "im", "zum", "zur", "kein", "keine"],
    fillers: &[
        "hat", "haben", "hatte", "hatten", "habe", "auch", "dann", "später", "erneut", "zuvor", "wurde",
        "wird", "dazu", "es", "dort", "sich",
    ],
};
