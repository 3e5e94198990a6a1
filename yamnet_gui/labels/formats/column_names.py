"""Names by which tables of many programs and languages call their columns, the plainest first."""

import re
import unicodedata

from .columns import Role, TimeUnit

_ONSET = """onset onsets start starts begin begins beginning starttime begintime onsettime
timestart timebegin timeonset startseconds startsec startsecond startoffset
beginoffset segmentstart eventstart annotationstart callstart syllablestart
startpoint starttimestamp tmin tstart tbegin t0 xmin mint mintime timemin timefrom
from fileoffset clipstart windowstart anfang beginn startzeit von debut début
inicio início comienzo inizio inizi mulai начало inicial tiempoinicial
tempoinicial"""
_OFFSET = """offset offsets end ends stop stops finish endtime stoptime offsettime timeend
timestop timeoffset endseconds endsec endsecond endoffset segmentend eventend
annotationend callend syllableend endpoint tmax tend tstop t1 xmax maxt maxtime
timemax timeto to until clipend windowend ende endzeit bis fin final termino
término fine slut конец tiempofinal tempofinal"""
_DURATION = """duration durations dur length len eventduration callduration calllength
deltatime segmentduration timelength dauer länge durée duree duracion duración
duração duracao durata"""
_LABEL = """manualid label labels eventlabel eventlabels annotation annotations class
classname classes classlabel species specieslabel primarylabel commonname
vernacularname englishname english speciesname spcode speciescode ebirdcode
speciesebirdcode ebirdcodes ebirdcodemultilabel scientificname latinname tag
tags category event eventtype eventclass call calltype callname vocalization
vocalizationtype soundtype soundclass soundevent type taxon taxonname code
autoid top1match prediction predicted predictedclass predictedlabel
detectedspecies target identification id1 name text description transcription
transcript syllable phoneme phone word value sound art artname vogelart espece
espèce especie espécie specie nome nombre nom etiqueta étiquette etichetta вид
метка"""
_RECORDING = """file filename files filepath path audiofile audiofilename audiofilepath
audiopath audio audioname recording recordingname recordingfile
recordingfilename recordingpath recordingid wav wavfile wavname wavfilename
wavpath soundfile soundfilename soundpath soundname sourcefile sourcefilename
source beginpath beginfile infile clip clipname clipid clippath fname media
mediafile medianame uri slicefilename ytid youtubeid segmentid itemid track
trackid trackname datei dateiname aufnahme fichier nomfichier archivo arquivo
nombrearchivo файл"""
_FOLDER = "indir folder dir directory ordner dossier carpeta pasta"
_LOW = """low lowf lowfreq lowfrequency lowhz lower lowerf lowerfreq lowerfrequency minf
minfreq minfrequency minimumfrequency freqmin frequencymin fmin flow fmn f0
freqlow frequencylow flower bottom bottomfreq bottomfrequency ymin freqstart
startfreq"""
_HIGH = """high highf highfreq highfrequency highhz upper upperf upperfreq upperfrequency
maxf maxfreq maxfrequency maximumfrequency freqmax frequencymax fmax fhigh fmx
f1 freqhigh frequencyhigh fupper top topfreq topfrequency ymax freqend endfreq"""
_SCORE = """konfidenz wahrscheinlichkeit confiance confianza confiança score scores
confidence conf probability prob scoremax maxscore likelihood confidencescore
detectionscore detprob classprob similarity certaintyscore top1score"""
_STATE = """state status reviewstate reviewstatus labeltype verified verification
verificationstatus validated validation valid isvalid reviewed review correct
iscorrect confirmed annotationstatus"""
_CHANNEL = "channel channels chan ch audiochannel kanal canal"
_REVIEWER = (
    "reviewer annotator annotatorname annotatorid annotatedby observer identifiedby labeller user"
)
_NOTE = """note notes comment comments remark remarks bemerkung bemerkungen kommentar
kommentare anmerkung commentaire commentaires comentario comentarios
observations notas"""
_RATE = "samplerate samplingrate samplefrequency samplingfrequency sr fs sampleratehz abtastrate"

NAMES: dict[Role, dict[str, int]] = {
    role: {name: k for k, name in enumerate(names.split())}
    for role, names in {
        Role.ONSET: _ONSET, Role.OFFSET: _OFFSET, Role.DURATION: _DURATION, Role.LABEL: _LABEL,
        Role.RECORDING: _RECORDING, Role.LOW: _LOW, Role.HIGH: _HIGH, Role.SCORE: _SCORE,
        Role.STATE: _STATE, Role.CHANNEL: _CHANNEL, Role.REVIEWER: _REVIEWER, Role.NOTE: _NOTE,
        Role.RATE: _RATE,
    }.items()
}  # fmt: skip
"""Name without case, blanks and unit → how plain it is, 0 the plainest, for each role."""
FOLDERS = {name: k for k, name in enumerate(_FOLDER.split())}
"""Columns that stand before the name of the file in its path, the outermost first."""
PLURALS = frozenset(
    {"labels", "eventlabels", "annotations", "classes", "tags", "ebirdcodes", "ebirdcodemultilabel"}
)
"""Names of columns whose cells hold several labels."""

_UNITS = {
    "s": TimeUnit.SECONDS, "sec": TimeUnit.SECONDS, "secs": TimeUnit.SECONDS,
    "second": TimeUnit.SECONDS, "seconds": TimeUnit.SECONDS, "sek": TimeUnit.SECONDS,
    "ms": TimeUnit.MILLISECONDS, "msec": TimeUnit.MILLISECONDS, "msecs": TimeUnit.MILLISECONDS,
    "millis": TimeUnit.MILLISECONDS, "millisecond": TimeUnit.MILLISECONDS,
    "milliseconds": TimeUnit.MILLISECONDS, "minute": TimeUnit.MINUTES,
    "minutes": TimeUnit.MINUTES, "mins": TimeUnit.MINUTES,
    "sample": TimeUnit.SAMPLES, "samples": TimeUnit.SAMPLES, "smp": TimeUnit.SAMPLES,
    "samp": TimeUnit.SAMPLES, "frame": TimeUnit.FRAMES, "frames": TimeUnit.FRAMES,
}  # fmt: skip

_LONGEST = 200
"""Characters of a name that are looked at: a "header" may be anything."""


def plain_name(name: str) -> tuple[str, TimeUnit | None, str]:
    """(name without case, signs and unit, unit of time if it says one, "hz", "khz", "%" or "")."""
    text = unicodedata.normalize("NFC", name[:_LONGEST]).strip().strip("*")
    text = re.sub(r"k?hz\b", lambda m: m[0].lower(), text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).casefold()
    brackets = " ".join(re.findall(r"[\[({](.*?)[\])}]", text))
    words = re.findall(r"[^\W_]+|%", re.sub(r"[\[({].*?[\])}]", " ", text))
    inside = re.findall(r"[^\W_]+|%", brackets)
    unit, sign = None, ""
    for word in inside:
        unit = unit or _UNITS.get(word) or (TimeUnit.MINUTES if word == "min" else None)
        sign = sign or _sign(word)
    rest = []
    for k, word in enumerate(words):
        last = k == len(words) - 1 and k > 0
        counted = _UNITS.get(word) in (TimeUnit.SAMPLES, TimeUnit.FRAMES)
        if word in _UNITS and len(words) > 1 and (last or counted):
            unit = unit or _UNITS[word]
            continue
        if last and _sign(word):
            sign = sign or _sign(word)
            continue
        rest.append(word)
    plain = "".join(rest)
    if unit in (TimeUnit.SAMPLES, TimeUnit.FRAMES) and not inside and not _is_time(plain):
        plain, unit = "".join(words), None  # `sample_name` is no time in samples
    if plain.endswith("rate") and "sample" in words:
        return "samplerate", None, sign
    return plain, unit, sign


def _is_time(plain: str) -> bool:
    return any(plain in NAMES[role] for role in (Role.ONSET, Role.OFFSET, Role.DURATION))


def _sign(word: str) -> str:
    return {"hz": "hz", "hertz": "hz", "khz": "khz", "%": "%", "percent": "%"}.get(word, "")
