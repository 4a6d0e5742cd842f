use super::Language;

// Many words a line: a table is read as a whole.
#[rustfmt::skip]
pub(super) const TABLE: Language = Language {
    code: "fr",
    says: &[
        "dire", "dit", "disait", "disent", "dirent", "déclarer", "déclare", "déclaré", "déclarait",
        "déclarent", "affirmer", "affirme", "affirmé", "affirmait", "affirment", "annoncer", "annonce",
        "annoncé", "annonçait", "annoncent", "expliquer", "explique", "expliqué", "expliquait", "expliquent",
        "écrire", "écrit", "écrivait", "écrivent", "assurer", "assure", "assuré", "assurait", "assurent",
        "préciser", "précise", "précisé", "précisait", "précisent", "ajouter", "ajoute", "ajouté", "ajoutait",
        "répondre", "répond", "répondu", "répondait", "indiquer", "indique", "indiqué", "indiquait",
        "indiquent", "souligner", "souligne", "souligné", "soulignait", "raconter", "raconte", "raconté",
        "rappelle", "rappelé", "confirme", "confirmé", "confirmait", "prétend", "prétendu", "avertit",
        "averti", "promet", "promis", "dément", "démenti", "reconnaît", "reconnu", "estime", "estimé",
        "estimait", "soutient", "soutenu", "rapporte", "rapporté", "admet", "admis", "insiste", "insisté",
        "regrette", "regretté", "lance", "lancé",
    ],
    says_and_more: &[
        "écrire", "écrit", "écrivait", "écrivent", "dire", "ajouter", "ajoute", "ajouté", "ajoutait", "lance",
        "lancé", "promet", "promis", "indique", "indiqué", "souligne", "souligné", "note", "répond", "répondu",
        "confirme", "confirmé", "reconnaît", "reconnu", "soutient", "soutenu", "estime", "estimé", "admet",
        "admis",
    ],
    opens: &["que", "qu", "comment", "pourquoi"],
    calls: &[
        "appelle", "appelé", "appelait", "qualifie", "qualifié", "qualifiait", "demande", "demandé",
        "demandait", "décrit", "décrivait", "note", "noté", "cite", "cité", "lit", "parle", "parlé", "parlait",
        "poursuit", "poursuivi", "conclut", "résume", "résumé",
    ],
    according: &[
        "selon", "d'après", "aux dires de", "pour reprendre les mots", "selon les mots", "dans les mots",
        "selon les termes",
    ],
    somebody: &[
        "je", "il", "elle", "on", "nous", "vous", "ils", "elles", "qui", "ministre", "ministère", "président",
        "présidente", "porte-parole", "maire", "mairie", "bureau", "capitainerie", "conseil", "commission",
        "gouvernement", "police", "juge", "tribunal", "directeur", "directrice", "rapport", "communiqué",
        "lettre", "journal", "professeur", "témoin", "auteur", "inspecteur", "inspectrice", "préfet",
        "préfecture", "secrétaire", "entreprise", "société", "document", "texte",
    ],
    nobody: &[
        "yeux", "regard", "regards", "visage", "sourire", "silence", "mains", "cœur", "image", "photo", "ciel",
        "vent", "horloge", "chiffres",
    ],
    question: &["question"],
    answer: &["réponse", "r"],
    roles: &[
        "animateur", "animatrice", "modérateur", "modératrice", "journaliste", "interprète", "intervieweur",
        "présentateur", "présentatrice", "le président", "la présidente",
    ],
    introduces: &[
        "transcription", "échange", "entretien", "conversation", "dialogue", "interview", "verbatim",
        "conférence de presse", "audition", "compte rendu",
    ],
    not_in_names: &[
        "je", "il", "elle", "on", "nous", "vous", "ils", "elles", "me", "te", "se", "lui", "leur", "mon",
        "ton", "son", "notre", "votre", "ce", "cet", "cette", "ces", "ceci", "cela", "que", "qui", "quoi",
        "pourquoi", "comment", "quand", "où", "est", "sont", "était", "étaient", "a", "ont", "avait",
        "avaient", "sera", "seront", "peut", "peuvent", "doit", "doivent", "ne", "pas", "si", "mais", "ou",
        "car", "alors", "avec", "sans", "après", "avant", "aussi", "ici", "voici", "voilà", "dans", "sur",
        "chez", "pour", "par",
    ],
    remarks: &[
        "remarque", "note", "attention", "important", "source", "sources", "exemple", "rectificatif",
        "correction", "mise à jour", "conclusion", "résultat", "contexte", "photo", "image", "vidéo", "lundi",
        "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "date", "lieu", "heure", "sujet",
        "titre", "aujourd'hui", "demain", "hier", "rappel", "bref", "résumé",
        "d'abord", "ensuite", "enfin", "donc", "ainsi", "cependant", "pourtant", "surtout", "précision", "preuve",
        "raison", "vérité", "premièrement", "deuxièmement", "imaginez", "rappelons", "ps", "p.s",
    ],
    notices: &[
        "billets", "entrée", "prix", "tarif", "tarifs", "portes", "ouverture", "apporter", "où", "quand",
        "adresse", "contact", "téléphone", "tél", "courriel", "mail", "e-mail", "site", "inscription",
        "réservation", "réservations", "horaires", "rappel", "à retenir", "en savoir plus", "plus d'infos",
        "pour en savoir plus", "à lire", "lire aussi", "infos", "info", "dons", "accueil",
    ],
    invites: &[
        "abonnez-vous", "suivez-nous", "source :", "source:", "sources :", "sources:", "lire la suite",
        "lire aussi", "à lire", "en savoir plus", "pour en savoir plus", "plus d'infos",
        "plus d'informations", "texte intégral", "le texte complet", "photo :", "photo:", "vidéo :", "vidéo:",
        "partagez", "soutenez-nous", "écrivez-nous", "notre chaîne", "notre site", "mon site",
        "merci de votre lecture", "publié d'abord",
    ],
    titles: &[
        "m", "mm", "mme", "mlle", "monsieur", "madame", "mademoiselle", "maître", "me", "dr", "docteur", "pr",
        "professeur", "professeure", "père", "sœur",
    ],
    particles: &["de", "du", "des", "d", "la", "le", "les", "l", "et", "à", "au", "aux", "en"],
    abbreviations: &[
        "m", "mm", "mme", "mlle", "dr", "pr", "st", "ste", "av", "apr", "env", "cf", "p", "art", "ch", "éd",
    ],
    articles: &["le", "les", "un", "une", "ce", "cette", "du", "des", "de", "d"],
    fillers: &[
        "a", "ont", "avait", "avaient", "aussi", "encore", "ensuite", "déjà", "est", "été", "y", "en", "lui",
        "leur", "toujours", "même", "c'est", "ainsi",
    ],
};
