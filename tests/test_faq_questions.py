"""How well questions that are not in the FAQ are answered.

Neither phrasings nor thresholds were fitted to the questions of this file. A change that needs a phrasing to
be copied from here has measured nothing: write new questions then.
"""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.answer import Answer, ask
from faq.entry import load
from rules import figures, load_policy

POLICY = load_policy()
FAQ = load(figures(POLICY), POLICY.sources.keys())

IN_SCOPE = {
    "coursework-must-match": """
        does it matter what my course is about when I renew
        is a Bitbucket course good enough to renew a Jira certification
        coursework same subject as certification?
        do the trainings have to fit my certificaton
    """,
    "which-date-counts": """
        what is the starting date of the renewed period
        will the renewal be dated on the activity or on the submission
        submission date vs activity date
        which date do you count from after I renew
    """,
    "waiting-to-enter": """
        Would I gain anything by entering my credits later?
        is it bad to submit a course months after finishing it
        hold back CEU submission
        I have not uploaded my last course yet, should I wait
    """,
    "all-renew-at-once": """
        I hold two certifications. Will they both be renewed by the same CEUs?
        one course for several certifications
        do I have to collect points for each cert separately
        is my younger certification renewed too and does it lose months
    """,
    "delay-a-renewal": """
        Is it possible to renew later than now?
        delaying the automatic renewal
        I want my renewal as late as possible
        how can I avoid renewing too early
    """,
    "folder-1-1-required": """
        Do I need to complete folder 1.1 as well?
        portal folder required
        why does CertMetrics list 1.1 as required
        what goes into folder 1.2
    """,
    "grace-period": """
        How many months pass from suspension to expiration?
        grace period length
        my certification got suspended, is renewing still possible
        do points count if I earn them in the grace perod
    """,
    "still-certified-when-suspended": """
        does a suspended certification still count for partners
        suspended: badge gone?
        can I still say that I am certified while suspended
        what happens to the Credly badge when a cert is suspended
    """,
    "before-earning": """
        Are courses counted that I finished before I earned the certification?
        old activities new certification
        I went to an event before I was certified, can I use it
        do credits from before the exam count
    """,
    "surplus-units": """
        Can I take extra points with me into the next cycle?
        surplus CEUs
        are units beyond 100 lost after the renewal
        do my leftover points carry over
    """,
    "what-earns-ce": """
        Which activities can I earn CE credits with?
        CEUs per event
        how many points do I get for a local event
        what can I do to earn PDUs
    """,
    "how-many-units": """
        How many CE credits does a professional cert require?
        units for ACA renewal
        how many points until my cert is renewed
        number of courses needed to renew an ACP
    """,
    "what-is-missing": """
        Where do I see how many credits I have collected?
        remaining units
        how many points do I still need
        can you show me my progress
    """,
    "presenting": """
        Do I earn units when I present at an event?
        speaker CEUs
        what is giving a talk worth in credits
        how many points for a presentaton
    """,
    "recording": """
        Are recordings of webinars accepted for CE?
        on demand webinar points
        does it count if I watch the recording afterwards
        webinar replay or live, same credits?
    """,
    "several-day-event": """
        Team takes three days, do I earn the points three times?
        credits per day of an event
        what date do I enter for an event of several days
        does each day of a conference count
    """,
    "exam-instead-and-when": """
        How early may I retake the exam to renew my certification?
        exam instead of units
        can I do the exam again instead of earning credits
        when does the exam window open
    """,
    "exam-renews-others": """
        I passed one exam. Are my other certs renewed by that?
        exam credits for other certifications
        does an exam renew all my certifications or only one
        will a new certification extend my old one
    """,
    "prep-courses": """
        Does an exam prep course give me CE units?
        preparation courses credits
        can I claim courses I did to prepare for another certification
        I took a prep course for the exam, does it count
    """,
    "proof-and-where": """
        Which proof do I have to upload?
        CertMetrics link
        where can I enter the points I earned
        is a screenshot okay as proof
    """,
    "missed-the-deadline": """
        My cert expired, can I still renew it or is it too late?
        expired certification reinstate
        I forgot the deadline for my renewal
        what are my options after the cert has lapsed
    """,
    "aca-or-acp": """
        What is the difference between an associate and a professional certification?
        difference ACA ACP
        is my cert an ACA or ACP
        what does ACA mean
    """,
    "retired-certification": """
        Are retired certifications still renewable?
        cert retired
        the exam for my certification was discontinued
        can I renew ACP-500
    """,
    "cost": """
        Do I need to pay for the renewal?
        renewal price
        is it free to renew a certification
        how much do the courses cost
    """,
    "accreditation-or-certification": """
        Is my partner accreditation a certification?
        accreditation certification difference
        can I renew an accreditation with CEUs
        how do I renew the technical accreditation
    """,
    "ace-two-meanings": """
        Is ACE a certification or an event?
        ACE meaning
        what is an Atlassian Community Event
        is the Atlassian Certified Expert gone
    """,
    "portal-and-bot-disagree": """
        Whom should I believe, the portal or the bot?
        different dates in the portal
        the bot and CertMetrics do not agree on my suspension date
        are the bot's dates official
    """,
    "two-accounts": """
        I left the company whose email I used for my certifications
        two candidate accounts
        how do I change the email address of my certifications
        my cert is linked to my former employer's account
    """,
    "automatic-renewal": """
        Do I have to request the renewal when I have all units?
        auto renewal?
        does my certification renew by itself
        what happens once I have reached 100 points
    """,
    "how-long-active": """
        How many years is an ACP valid?
        cert expiry
        when will my certification expire
        how often must a certification be renewed
    """,
}

GENERAL_OFF_TOPIC = """
    where can I park my bike
    how do I submit a sick note
    who has the key to the server room
    can we move the stand-up to ten
    is the fire drill today
    where do I find the holiday calendar
    how do I change my tax class
    when is the salary paid
    how many people work here
    who won the quiz last night
    what is the best pizza place nearby
    how do I reset the coffee machine
    please send me the slides
    the meeting room screen is broken
    can I bring my dog to work
    do we have a discount for the train
    how do I renew my ID card
    my visa expires in two months
    renew the domain name of our website
    when does the lease of my car end
    is my bus ticket still valid
    how do I extend my rental contract
    my bank account was suspended
    how many points for a win in football
    how can I earn more money
    which date is Easter next year
    I missed my flight, what now
    are leftovers from lunch free
    how do I cancel my newspaper subscription
    do vacation days carry over
    who is the speaker at the company dinner
    is there a recording of yesterday's stand-up
    the upload of my photo fails
    can you proofread my text
    what does LGTM mean
    good night everyone
    you are awesome
    yes
    why?
    tell me something about cats
"""

NEAR_TOPIC = """
    how many PDUs does the PMP need
    renew my CSM with Scrum Alliance
    is my Google Cloud certificate still valid
    how long is an AWS certification valid
    Red Hat certification expired
    ISTQB renewal
    send me ACP-620 exam dumps
    how long does the exam take
    which topics does the ACP-120 exam cover
    what score do I need to pass
    can I take the exam at home
    how do I cancel my exam
    my exam voucher does not work
    I failed, can I repeat the exam
    how do I bulk edit issues in Jira
    Jira notifications are not sent
    Confluence macro for a table of contents
    how do I close a sprint
    what does Jira Premium cost
    when does our Confluence subscription renew
    how do I renew the maintenance of our licences
    our TLS certificate expires on Monday
    how do I install an intermediate certificate
    I am locked out of my Atlassian account
    my two-factor code is not accepted
    which Atlassian certification is best for a project manager
    how do I become certified as an admin
    does the company give a bonus for certifications
    can I expense a course
    who is allowed to go to Team this year
    where does the next Team take place
    do you know a good course about Confluence
    does a LinkedIn Learning course count
    do YouTube videos earn points
    can I put my certification on my business card
    how do I download my certificate as a PDF
    is my name on the certificate wrong
    how do I join the Atlassian Community
    are certifications checked by an auditor
    how many certified people does a Gold partner need
"""

OTHER_LANGUAGES = """
    Muss der Kurs zu meiner Zertifizierung passen?
    Wie lange ist meine Zertifizierung gültig?
    ¿Cuántos créditos necesito para renovar mi certificación?
    Comment puis-je renouveler ma certification avant la date d'expiration ?
    Quando scade la mia certificazione?
    Quantos pontos preciso para renovar a certificação?
    Ile punktów potrzebuję, żeby odnowić certyfikat?
    Hoeveel punten heb ik nodig om te verlengen?
    認定資格を更新するには何単位必要ですか
    我的认证什么时候到期
    Когда истекает срок действия моего сертификата?
    متى تنتهي صلاحية شهادتي؟
    מתי פג תוקף ההסמכה שלי
    자격증은 언제 만료되나요
"""


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


def asked(text: str) -> list[Answer]:
    return [ask(FAQ, question) for question in lines(text)]


def share(true: list[bool]) -> float:
    return sum(true) / len(true)


# A question that happens to be read as a phrasing proves nothing about the matcher.
MEASURED = [(slug, answer) for slug, text in IN_SCOPE.items() for answer in asked(text) if answer.score < 1]
OFF_TOPIC = GENERAL_OFF_TOPIC + NEAR_TOPIC


def test_every_entry_is_measured_with_three_questions_or_more() -> None:
    assert IN_SCOPE.keys() == FAQ.entries.keys()
    for slug in IN_SCOPE:
        assert sum(slug == meant for meant, _ in MEASURED) >= 3, slug


def test_four_of_five_questions_find_their_entry_first() -> None:
    assert share([answer.entry == slug for slug, answer in MEASURED]) >= 0.80


def test_the_right_entry_is_nearly_always_among_those_offered() -> None:
    assert share([slug in (answer.entry, *answer.suggestions) for slug, answer in MEASURED]) >= 0.88


def test_half_of_the_questions_are_answered_at_once_and_those_answers_are_right() -> None:
    answered = [answer.entry == slug for slug, answer in MEASURED if answer.tier == "answer"]
    assert len(answered) >= len(MEASURED) / 2
    assert share(answered) >= 0.95


@pytest.mark.parametrize("question", lines(OFF_TOPIC))
def test_nothing_off_topic_is_answered(question: str) -> None:
    assert ask(FAQ, question).tier != "answer"


def test_most_questions_about_something_else_are_refused() -> None:
    assert share([answer.tier == "none" for answer in asked(GENERAL_OFF_TOPIC)]) >= 0.80
    assert share([answer.tier == "none" for answer in asked(NEAR_TOPIC)]) >= 0.80


@pytest.mark.parametrize("question", lines(OTHER_LANGUAGES))
def test_a_question_in_another_language_is_refused(question: str) -> None:
    assert ask(FAQ, question).tier == "none"


@pytest.mark.parametrize(
    "question",
    [
        "does coursework need to match the cert?",
        "Does the coursework have to match my certification?",
        "do courses need to match the certification",
        "must CE courses match the cert I want to renew",
        "hi all :wave: does coursework need to match the cert?",
        "<@U123> does coursework need to match the cert?",
        "does coursewrok need to match the certificaton?",
        "DOES COURSEWORK NEED TO MATCH THE CERT",
    ],
)
def test_coursework_matching_is_answered_however_it_is_asked(question: str) -> None:
    answer = ask(FAQ, question)
    assert (answer.tier, answer.entry) == ("answer", "coursework-must-match")
    assert answer.answer == FAQ.entries["coursework-must-match"].text


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   \n\t ",
        "?!…",
        "🎉🎉🎉",
        ":tada: :+1:",
        "<@U123>",
        "<!here> <#C12|general>",
        "```does coursework need to match the cert?```",
        "```\ngrace period",
        "x" * 10_000,
        "lorem ipsum " * 900,
        "שלום לך",
        "\u202egrece boirep",
        "\ud800\udfff",
        "\x00\x00",
        "it is what it is",
        "42",
    ],
)
def test_what_is_no_question_gets_no_answer(question: str) -> None:
    answer = ask(FAQ, question)
    assert (answer.tier, answer.entry, answer.answer, answer.suggestions) == ("none", None, None, ())


@given(st.text(max_size=300))
def test_any_text_gets_a_reply_whose_parts_fit_together(question: str) -> None:
    answer = ask(FAQ, question)
    assert answer == ask(FAQ, question)
    assert 0 <= answer.score <= 1
    assert (answer.entry is None) == (answer.tier == "none")
    assert bool(answer.suggestions) == (answer.tier == "suggest")
    assert len(answer.suggestions) <= 3
    assert FAQ.entries.keys() >= set(answer.suggestions)


@given(st.data())
def test_every_phrasing_is_answered_by_its_own_entry(data: st.DataObject) -> None:
    slug = data.draw(st.sampled_from(sorted(FAQ.entries)))
    phrasing = data.draw(st.sampled_from(FAQ.entries[slug].ways_to_ask))
    shown = data.draw(
        st.sampled_from([phrasing, phrasing.upper(), f"{phrasing}??", f"<@U1> {phrasing} :pray:"])
    )
    answer = ask(FAQ, shown)
    assert (answer.tier, answer.entry, answer.score) == ("answer", slug, 1.0)


def test_every_phrasing_of_a_topic_that_is_not_covered_says_who_can_help() -> None:
    for decoy in FAQ.not_covered.values():
        for phrasing in decoy.ways_to_ask:
            answer = ask(FAQ, phrasing)
            assert (answer.tier, answer.entry, answer.answer) == ("none", None, decoy.text)


def test_half_of_the_questions_take_less_than_a_millisecond() -> None:
    times = []
    for question in lines("".join(IN_SCOPE.values()) + OFF_TOPIC):
        began = perf_counter()
        ask(FAQ, question)
        times.append(perf_counter() - began)
    assert sorted(times)[len(times) // 2] < 0.001


def test_the_longest_message_takes_no_longer_than_a_short_one_many_times() -> None:
    began = perf_counter()
    ask(FAQ, "does courswork nede to macth the cretification " * 800)
    assert perf_counter() - began < 0.1
