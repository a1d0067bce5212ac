"""Words of room names, by what they say a room is for."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: tuple[tuple[str, Mapping[str, str]], ...] = (
    (":structure", {"en": "shaft|void|riser|chase", "de": "schacht|luftraum|hohlraum", "fr": "gaine|vide"}),
    (
        "lift",
        {
            "en": "elevator|lift|lift lobby",
            "de": "aufzug|fahrstuhl|lift",
            "fr": "ascenseur|monte[- ]malade",
            "es": "ascensor|montacamas",
            "it": "ascensore",
            "nl": "lift",
            "pl": "winda",
        },
    ),
    (
        "stairs",
        {
            "en": "stair|stairs|stairway|staircase|stairwell",
            "de": "treppe|treppenhaus|treppenraum",
            "fr": "escalier",
            "es": "escalera",
            "it": "scala",
            "nl": "trap|trappenhuis",
            "pl": "klatka schodowa",
        },
    ),
    (
        "toilet",
        {
            "en": "toilet|wc|restroom|bathroom|lavatory|washroom|shower|w/?c",
            "de": "wc|toilette|badezimmer|dusche|sanitar\\w*",
            "fr": "wc|toilettes?|sanitaires?|douche|salle de bains?",
            "es": "aseo|bano|servicios|ducha",
            "it": "bagno|servizi igienici|wc|doccia",
            "nl": "toilet|badkamer|douche",
            "pl": "lazienka|toaleta",
        },
    ),
    (
        "waiting",
        {
            "en": "wait|waiting",
            "de": "warte|wartebereich|wartezimmer|warteraum",
            "fr": "attente",
            "es": "espera",
            "it": "attesa",
            "nl": "wacht|wachtruimte|wachtkamer",
            "pl": "poczekalnia",
        },
    ),
    (
        "corridor",
        {
            "en": "corridor|hallway|circulation|passage|hall",
            "de": "flur\\w*|\\w+flur|gang|korridor|verkehrsflache|diele",
            "fr": "couloir|circulation|degagement",
            "es": "pasillo|circulacion",
            "it": "corridoio|disimpegno",
            "nl": "gang|verkeersruimte|hal",
            "pl": "korytarz",
        },
    ),
    (
        "icu_bay",
        {
            "en": "icu|intensive care|itu|nicu|picu",
            "de": "intensiv|intensivpflege",
            "fr": "reanimation|soins intensifs",
            "es": "uci|cuidados intensivos",
            "it": "terapia intensiva|rianimazione",
            "nl": "intensive care",
        },
    ),
    ("scrub", {"en": "scrub", "de": "waschraum op|handewaschen", "fr": "lavage chirurgical"}),
    (
        "anaesthesia",
        {
            "en": "anaesthe\\w*|anesthe\\w*|induction",
            "de": "anasthesie|narkose|einleitung",
            "fr": "anesthesie",
            "es": "anestesia",
            "it": "anestesia",
            "nl": "anesthesie",
        },
    ),
    (
        "recovery",
        {
            "en": "recovery|pacu|post[- ]op",
            "de": "aufwachraum|aufwach",
            "fr": "reveil|sspi",
            "es": "recuperacion|reanimacion",
            "it": "risveglio",
            "nl": "verkoever|uitslaap",
        },
    ),
    (
        "theatre",
        {
            "en": "theatre|theater|operating room|or \\d+|surgery",
            "de": "operationssaal|op[- ]saal|op|eingriffsraum",
            "fr": "bloc operatoire|salle d.operation",
            "es": "quirofano",
            "it": "sala operatoria",
            "nl": "operatiekamer",
            "pl": "sala operacyjna",
        },
    ),
    (
        "resus",
        {
            "en": "resus|resuscitation|trauma room|shock room",
            "de": "schockraum|reanimation",
            "fr": "dechocage|salle d.accueil des urgences vitales",
        },
    ),
    ("triage", {"en": "triage", "de": "triage|ersteinschatzung", "fr": "triage|ioa", "es": "triaje|triage"}),
    ("ed_bay", {"en": "ed bay|emergency bay|er bay|a&e bay", "de": "notaufnahme", "fr": "box urgences"}),
    (
        "imaging",
        {
            "en": "x-?ray|ct|mri|radiograph\\w*|imaging|ultrasound|mammograph\\w*|scanner|fluoroscop\\w*|dexa",
            "de": "rontgen|ct|mrt|ultraschall|sonographie|sono|bildgebung|durchleuchtung|mammographie",
            "fr": "radiologie|radio|irm|scanner|echographie",
            "es": "rayos x|radiologia|ecografia|tac|resonancia",
            "it": "radiologia|ecografia|tac|risonanza",
            "nl": "rontgen|echo|mri|ct",
        },
    ),
    (
        "lab",
        {
            "en": "lab|labs|laboratory|specimen",
            "de": "labor|laboratorium",
            "fr": "laboratoire|labo",
            "es": "laboratorio",
            "it": "laboratorio",
            "nl": "laboratorium|lab",
            "pl": "laboratorium",
        },
    ),
    (
        "pharmacy",
        {
            "en": "pharmacy|pharm|dispensary",
            "de": "apotheke|medikamente|arzneimittel",
            "fr": "pharmacie",
            "es": "farmacia",
            "it": "farmacia",
            "nl": "apotheek",
            "pl": "apteka",
        },
    ),
    (
        "cssd",
        {
            "en": "cssd|sterili[sz]\\w*|decon|decontamination",
            "de": "zsva|aemp|sterilisation|steri",
            "fr": "sterilisation",
            "es": "esterilizacion",
            "it": "sterilizzazione",
            "nl": "sterilisatie|csa",
        },
    ),
    (
        "utility_dirty",
        {
            "en": "dirty|soiled?|sluice|trash|waste|janitor|jan|housekeeping closet|cleaners?",
            "de": "unrein|unreiner|entsorgung|putzraum|mull|abfall|spulraum",
            "fr": "dechets|local sale|menage|vidoir|linge sale",
            "es": "sucio|residuos|limpieza",
            "it": "sporco|rifiuti|vuotatoio",
            "nl": "vuil|spoelruimte|werkkast|afval",
        },
    ),
    (
        "utility_clean",
        {
            "en": "clean utility|clean u|cl utl|clean supply|clean sup|treatment prep",
            "de": "rein|reiner|pflegearbeitsraum",
            "fr": "propre|linge propre",
            "es": "limpio",
            "it": "pulito",
            "nl": "schoon",
        },
    ),
    (
        "nurse_station",
        {
            "en": "nurses?\\W* stations?|nurse base|ward office|care station",
            "de": "stationszimmer|pflegestutzpunkt|schwesternzimmer|stutzpunkt|dienstplatz",
            "fr": "poste de soins|poste infirmier|bureau infirmier",
            "es": "control de enfermeria|enfermeria",
            "it": "guardiola|infermeria",
            "nl": "teampost|verpleegpost",
        },
    ),
    (
        "patient_room",
        {
            "en": "patient room|bedroom|bed room|ward|bed bay|single room|inpatient",
            "de": "patientenzimmer|bettenzimmer|krankenzimmer|bettzimmer",
            "fr": "chambre",
            "es": "habitacion",
            "it": "camera di degenza|camera \\d+|degenza",
            "nl": "patientenkamer|verpleegkamer|beddenkamer",
            "pl": "sala chorych",
        },
    ),
    (
        "reception",
        {
            "en": "reception|recept|registration|check[- ]?in|admissions?",
            "de": "empfang|anmeldung|rezeption|aufnahme",
            "fr": "accueil|admission|reception",
            "es": "recepcion|admision",
            "it": "accettazione|reception",
            "nl": "receptie|balie",
            "pl": "rejestracja",
        },
    ),
    (
        "staff_room",
        {
            "en": "break room|lounge|staff room|rest room|on[- ]call|changing|locker|dress",
            "de": "aufenthalt\\w*|pausenraum|sozialraum|umkleide|personalraum|bereitschaft",
            "fr": "salle de repos|detente|vestiaires?|salle du personnel",
            "es": "vestuario|sala de descanso|estar",
            "it": "spogliatoio|riposo",
            "nl": "personeelsruimte|kleedruimte|kleedkamer|pauze",
        },
    ),
    (
        ":conferenceroom",
        {
            "en": "conference|conf|meeting|board room",
            "de": "besprechung\\w*|konferenz\\w*|sitzung\\w*",
            "fr": "reunion|conference",
            "es": "reunion(?:es)?",
            "it": "riunion[ei]",
            "nl": "vergader\\w*|overleg",
        },
    ),
    (
        ":classroom",
        {
            "en": "classroom|seminar|teaching|training|lecture",
            "de": "seminar\\w*|unterricht\\w*|schulung\\w*|horsaal",
            "fr": "formation|cours|seminaire",
            "es": "aula|docencia",
            "it": "aula",
            "nl": "leslokaal|collegezaal",
        },
    ),
    (
        "server",
        {
            "en": "server|data room|it room|comms|computer room|telecom\\w*",
            "de": "server\\w*|edv|datenraum|it[- ]raum|verteilerraum",
            "fr": "serveurs?|informatique|baie",
            "es": "servidores|rack|cpd",
            "it": "server|ced",
            "nl": "server\\w*",
        },
    ),
    (
        "plant",
        {
            "en": "plant|mech|mechanical|elec|electrical|boiler|technical|hvac|ahu|equip room|elev equip"
            "|switch ?room|utility shaft",
            "de": "technik\\w*|heizung\\w*|luftung\\w*|elektro\\w*|haustechnik|maschinenraum|trafo|kalte\\w*",
            "fr": "technique|chaufferie|electrique|cta|local tech\\w*",
            "es": "tecnico|instalaciones|calderas|electrico",
            "it": "tecnico|impianti|centrale|quadri",
            "nl": "techniek|installatie\\w*|meterkast|technische ruimte",
            "pl": "techniczn\\w*",
        },
    ),
    (
        "kitchen",
        {
            "en": "kitchen|kitchenet(?:te)?|pantry|galley",
            "de": "kuche|teekuche|kochen",
            "fr": "cuisine|office alimentaire|tisanerie",
            "es": "cocina",
            "it": "cucina|tisaneria",
            "nl": "keuken|pantry",
            "pl": "kuchnia",
        },
    ),
    (
        ":foodservice",
        {
            "en": "dining|cafeteria|canteen|cafe|restaurant",
            "de": "speisesaal|cafeteria|kantine|mensa",
            "fr": "cafeteria|refectoire|restaurant",
            "es": "comedor|cafeteria",
            "it": "mensa|bar",
            "nl": "restaurant|kantine",
        },
    ),
    (
        "exam",
        {
            "en": "exam|examination|treatment|trmt|consult|consulting|consultation|procedure|therapy|clinic"
            "|immuni[sz]ation|dtr|blood draw|ecg",
            "de": "untersuchung\\w*|behandlung\\w*|sprechzimmer|arztzimmer|therapie\\w*|ambulanz",
            "fr": "consultation|examens?|soins|traitement",
            "es": "consulta|exploracion|tratamiento|curas",
            "it": "ambulatorio|visita|medicazione",
            "nl": "spreekkamer|onderzoek\\w*|behandel\\w*",
            "pl": "gabinet",
        },
    ),
    (
        "store",
        {
            "en": "storage|store|stor|sto|closet|supply|supplies|linen|equipment|equip|archive|records|recs|attic",
            "de": "lager\\w*|abstell\\w*|archiv|wasche\\w*|magazin|dachboden|speicher|gerateraum|keller",
            "fr": "stockage|reserve|depot|archives?|rangement|lingerie",
            "es": "almacen|deposito|archivo|lenceria",
            "it": "deposito|magazzino|archivio|ripostiglio",
            "nl": "berging|opslag|magazijn|archief",
            "pl": "magazyn",
        },
    ),
    (
        "lobby",
        {
            "en": "lobby|entrance|entry|vestibule|vest|foyer|atrium|concourse",
            "de": "eingang|foyer|windfang|vorraum|empfangshalle|halle|lobby",
            "fr": "hall|entree|sas|vestibule",
            "es": "vestibulo|entrada|hall",
            "it": "atrio|ingresso|bussola",
            "nl": "entree|tochtsluis|portaal",
            "pl": "hol|wejscie",
        },
    ),
    (
        "office",
        {
            "en": "office|offices|off|admin|secretar\\w*|manager|director|analyst|super",
            "de": "\\w*buro\\w*|\\w*buero\\w*|sekretariat|verwaltung|leitung|dienstzimmer",
            "fr": "bureaux?|secretariat|administration|cadre",
            "es": "despacho|oficina|secretaria|administracion",
            "it": "ufficio|segreteria|studio|direzione",
            "nl": "kantoor|secretariaat|werkplek|administratie",
            "pl": "biuro|sekretariat",
        },
    ),
)
"""Space type, or ":" and an IMDF category, to patterns by language, in lower case without accents.

The first line that fits counts, so the narrow ones stand first.
"""
