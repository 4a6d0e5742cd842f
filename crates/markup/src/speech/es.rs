use super::Language;

// Many words a line: a table is read as a whole.
#[rustfmt::skip]
pub(super) const TABLE: Language = Language {
    code: "es",
    says: &[
        "decir", "dice", "dicen", "dijo", "dijeron", "decía", "dicho", "diciendo", "afirmar", "afirma",
        "afirman", "afirmó", "afirmaron", "afirmado", "declarar", "declara", "declaró", "declararon",
        "declarado", "anunciar", "anuncia", "anunció", "anunciaron", "anunciado", "explicar", "explica",
        "explicó", "explicaron", "explicado", "escribir", "escribe", "escribió", "escribieron", "escrito",
        "señalar", "señala", "señaló", "señalaron", "señalado", "asegurar", "asegura", "aseguró", "aseguraron",
        "asegurado", "agregar", "agrega", "agregó", "añadir", "añade", "añadió", "añadieron", "añadido",
        "responder", "responde", "respondió", "respondieron", "contestó", "indicar", "indica", "indicó",
        "indicaron", "informar", "informa", "informó", "informaron", "informado", "sostener", "sostiene",
        "sostuvo", "confirma", "confirmó", "confirmaron", "confirmado", "advierte", "advirtió", "advirtieron",
        "promete", "prometió", "niega", "negó", "reconoce", "reconoció", "subraya", "subrayó", "recordó",
        "recuerda", "contó", "cuenta", "relató", "insistió", "insiste", "comunicó", "manifestó", "manifiesta",
        "denunció", "denuncia", "opinó", "opina", "aclaró", "aclara", "precisó",
    ],
    says_and_more: &[
        "escribir", "escribe", "escribió", "escribieron", "escrito", "decir", "agrega", "agregó", "añade",
        "añadió", "cuenta", "contó", "señala", "señaló", "indica", "indicó", "promete", "prometió", "reconoce",
        "reconoció", "recuerda", "recordó", "sostiene", "sostuvo", "responde", "respondió",
    ],
    opens: &["que", "cómo", "por", "si"],
    calls: &[
        "llama", "llamó", "llamaron", "llamado", "califica", "calificó", "calificaron", "describe",
        "describió", "pregunta", "preguntó", "preguntaron", "reza", "cita", "citó", "lee", "habló", "habla",
        "comenta", "comentó", "continuó", "concluyó", "concluye",
    ],
    according: &["según", "de acuerdo con", "en palabras de", "a juicio de", "en boca de", "conforme a"],
    somebody: &[
        "yo", "él", "ella", "nosotros", "ellos", "ellas", "usted", "ustedes", "quien", "ministro", "ministra",
        "ministerio", "presidente", "presidenta", "portavoz", "vocero", "alcalde", "alcaldesa", "oficina",
        "autoridad", "autoridades", "consejo", "comisión", "gobierno", "policía", "juez", "jueza", "tribunal",
        "director", "directora", "informe", "comunicado", "carta", "diario", "periódico", "profesor",
        "profesora", "testigo", "testigos", "autor", "autora", "inspector", "inspectora", "empresa",
        "documento", "texto", "secretario",
    ],
    nobody: &[
        "ojos", "mirada", "cara", "rostro", "sonrisa", "silencio", "manos", "corazón", "imagen", "foto",
        "cielo", "viento", "reloj", "números",
    ],
    question: &["pregunta", "p"],
    answer: &["respuesta", "r"],
    roles: &[
        "moderador", "moderadora", "entrevistador", "entrevistadora", "periodista", "intérprete",
        "presentador", "presentadora", "el presidente", "la presidenta",
    ],
    introduces: &[
        "transcripción", "entrevista", "conversación", "diálogo", "intercambio", "rueda de prensa",
        "conferencia de prensa", "audiencia", "versión estenográfica",
    ],
    not_in_names: &[
        "yo", "él", "ella", "nosotros", "ellos", "ellas", "tú", "me", "te", "se", "nos", "mi", "tu", "su",
        "nuestro", "este", "esta", "esto", "ese", "esa", "eso", "estos", "estas", "qué", "que", "por",
        "porque", "cómo", "cuándo", "dónde", "quién", "es", "son", "era", "eran", "fue", "fueron", "ha", "han",
        "había", "habían", "será", "puede", "pueden", "debe", "deben", "no", "si", "sí", "pero", "o", "con",
        "sin", "antes", "después", "también", "aquí", "allí", "en", "sobre", "para", "hay",
    ],
    remarks: &[
        "nota", "atención", "importante", "fuente", "fuentes", "ejemplo", "corrección", "actualización",
        "conclusión", "resultado", "contexto", "foto", "imagen", "vídeo", "video", "lunes", "martes",
        "miércoles", "jueves", "viernes", "sábado", "domingo", "fecha", "lugar", "hora", "tema", "asunto",
        "título", "hoy", "mañana", "ayer", "aviso", "resumen", "ojo",
        "primero", "tercero", "finalmente", "además", "entonces", "así", "recordatorio", "prueba",
        "razón", "verdad", "imaginen", "recuerden", "ps", "p.s",
    ],
    notices: &[
        "entradas", "entrada", "precio", "precios", "puertas", "apertura", "traer", "dónde", "cuándo",
        "dónde y cuándo", "dirección", "contacto", "teléfono", "tel", "correo", "mail", "e-mail", "web",
        "sitio", "inscripción", "inscripciones", "reservas", "horario", "horarios", "recuerden",
        "recordatorio", "no olviden", "más", "más información", "más sobre esto", "más aquí", "leer más",
        "para saber más", "info", "donaciones", "inicio",
    ],
    invites: &[
        "suscríbete", "suscríbase", "suscribirse", "síguenos", "síganos", "fuente:", "fuentes:", "leer más",
        "leer también", "lee más", "más información", "más sobre", "más en", "más aquí", "para saber más",
        "texto completo", "entrevista completa", "vídeo completo", "foto:", "fotos:", "vídeo:", "video:",
        "comparte", "apóyanos", "escríbenos", "nuestro canal", "nuestra web", "nuestro sitio", "mi canal",
        "gracias por leer", "publicado originalmente",
    ],
    titles: &[
        "sr", "sra", "srta", "señor", "señora", "señorita", "don", "doña", "d", "dña", "dr", "dra", "doctor",
        "doctora", "prof", "profesor", "profesora", "padre", "ing", "lic",
    ],
    particles: &["de", "del", "la", "las", "los", "el", "y", "e", "san", "santa", "al"],
    abbreviations: &[
        "sr", "sra", "srta", "dr", "dra", "d", "dña", "ud", "uds", "núm", "art", "pág", "aprox", "etc",
        "ee.uu", "av", "prof",
    ],
    articles: &["el", "los", "una", "un", "del", "de"],
    fillers: &[
        "ha", "han", "había", "habían", "también", "después", "luego", "ya", "se", "le", "les", "fue", "que",
        "lo", "así", "aún", "además",
    ],
};
