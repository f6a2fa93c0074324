"""Every number at which the engine decides otherwise: what it costs to be wrong, and the question that needs it.

They act before and around the one calibrated decision (matching/decide.py), which weighs costs and has none. A new one
is put here, with its question; what it does is measured on the held-out questions (python -m tests.accuracy).
Lengths of what is shown are no judgement and stand where they are used; so do the letters of a document's name.
"""

from __future__ import annotations

# -- probabilities of the learned index -----------------------------------------------------------------------------

SURE = 0.85
"""From which a question says by itself what it is about, whatever was talked about and whatever clauses without
phrasings hold. Lower, 首次认定呢 after another clause would leave it; higher, 重新认定补多少 would be asked back."""
UNSURE = 0.5
"""Up to which clauses without phrasings may take all from a learned match: a new document shows beside an old one."""
CERTAIN = 0.95
"""From which a learned clause stays sure beside one without phrasings that holds the question word for word."""
BOTH = 0.9
"""That each half of 末位淘汰和产业地图谁负责 must have. Lower, 高企和瞪羚企业的补贴, one thing, is taken apart."""
FOLLOWS = 0.6
"""From which what reads as a follow-up is about another clause: 那创业投资呢 after a document without phrasings."""
UNFOUND = 0.02
"""Of a clause without phrasings that a turn by itself does not find, while what was said before it may."""
OUTSIDE = 0.9
"""Of being out of scope, from which a short question has a subject of its own: 房价多少 goes on from nothing. Of being
far from all documents, from which that counts against a clause's own words: 天蝎座跟双鱼座合不合."""
OTHERWISE = 0.5
"""Of a topic or small talk, from which nothing but cues is no follow-up: 有效吗 with nothing talked about."""
SURE_TOPIC = 0.5
"""From which 江城那份的有效期 is on the document as a whole. Lower, subjects are answered with an overview."""
MAYBE_TOPIC = 0.2
"""From which it is looked whether a question that names no kind of document describes one. Lower costs time alone."""
PART_OF, PART_OF_NAMED = 0.3, 0.15
"""From which a clause without phrasings is the measure of which a question asks one thing, among all documents and in
one that is asked by name. Lower, the materials of another measure are told; higher, the clause that only shares the
words 申请 and 材料 is shown."""
UNIT_CLAUSE = 0.5
"""Of a clause, from which 科技局负责的孵化器 is about it, not about all that the unit does."""
UNIT_OUTSIDE = 0.6
"""Of being out of scope, from which naming a unit does not help: 科技局招聘吗."""
STEP_FROM = 0.5
"""From which 招商那条的下一条 steps on from a clause. Lower, it steps from another one."""
EARLIER = 0.5
"""From which 回到工资那个 means a clause that was talked about before. Lower, it goes back to the wrong one."""
RELATED = 0.1
"""From which a further clause is named beside the answer, or suggested beside a refusal: a line too many is a shrug."""
NEAR = 0.04
"""From which a clause without phrasings is named beside a refusal: what it is about is for the reader to see."""
OFFERED = 0.01
"""From which a clause or document is worth offering once the answer was not it (不对): there is nothing better."""
CHOICE_FLOOR = 0.06
"""Below which a clause is not worth a line in a choice: each line makes the right one harder to see."""
CHOICE_HELD = 0.5
"""That clauses found by their own words must hold together to be offered as what is probably meant; with less they are
named beside a refusal as what is near. Lower, people are asked to choose among clauses none of which answers."""
BESIDE_FLOOR = 0.01
"""From which a clause is offered below the likeliest one: whom that doesn't answer looks there first."""
LIKELY_FLOOR, LIKELY_FLOOR_NAMED, LIKELY_FLOOR_SUM = 0.22, 0.13, 0.2
"""From which a clause found by its own words is put forward as the likeliest; where the document is named, so that it
can only be the wrong clause; and there for a sum of money, where another thing's is the gravest mistake. Lower, more
that no document covers is answered; higher, more questions are asked back."""

# -- probabilities of clauses and documents found by their own words -------------------------------------------------

FOUND = 0.5
"""From which clauses without phrasings surely speak of a question's subject, so that it isn't one on a unit."""
LIKELY, APART = 0.6, 0.15
"""Of the best of several documents of a place, and how much more than the next, to be the one that is meant by
江城那份怎么补贴; else a choice, which costs a turn."""

# -- shares of a question's words -----------------------------------------------------------------------------------

WORDED = 0.95
"""From which a clause without phrasings has all of the words: nothing is then claimed to be missing, and the document
that was named is not left."""
RUN, MUCH = 0.8, 0.3
"""Share of its characters in one piece, and how much there must be to go by (knowledge/retrieval/evidence.py), from
which such a clause holds the question word for word: 每年遴选20个试点项目."""
PART = 0.5
"""That the best learned clause must hold itself to stay sure beside such a clause."""
HALF, NEARLY = 0.5, 0.1
"""With which the document that is talked about has enough to be stayed in, while no other has so much more."""
OWN_WORDS = 0.2
"""Of a question's pairs of characters, that stand in the sentence of the figure put forward, from which the question is
in the document's own words: then a thing that the clause doesn't name is another one. Lower, people who say it in
their own words are told that it isn't covered; higher, 首次入选全国餐饮百强的奖励多少 gets another list's sum."""
ITS_WORDS = 0.1
"""Of a question's pairs of characters, that stand in a clause, from which a thing that its document doesn't name has
been put into the clause's own sentence. Lower, who tells of his noodle shop is told that it isn't covered."""
COVERED = 0.3
"""Two words at least, with which 毛入学率的目标是多少 asks for a clause and not for what the document is for."""
AS_GOOD = 0.6
"""Of the best figure's score, from which another of a clause without phrasings is put forward beside it. Lower, more
amounts are shown than were asked for; higher, one of two that the question doesn't tell apart is kept back."""
LEAST_SHARE = 0.8
"""Of a bare question's characters, that its words must make up to be looked up verbatim: 国家试点."""
TOPIC_ALIKE = 0.8
"""Likeness to a known phrasing from which a refusal names the topic though none of its terms is there. Lower, people
are told that something they didn't ask for isn't covered."""
CITED_ALIKE = 60
"""Likeness (0 to 100) to a name of a document of the base from which a 《title》 may be meant for it."""

# -- log odds -------------------------------------------------------------------------------------------------------

CONTEXT_ODDS = 4.0
"""That a follow-up gives to the clause that is talked about: as much as a good match is worth."""
CONTEXT_WEAK = 2.5
"""That a short question without any sign of a follow-up gives to it: 区里还给不给."""
CONTEXT = (1.1, 0.4, 0.8)
"""What the log of a clause's probability counts, for a turn that goes on from a clause without phrasings: by the turn
itself, behind the one before it, and behind all that was said on that clause. The first lower, new subjects stick; the
others lower, 看病上有没有照顾 leaves the clause for one that speaks of hospitals."""
TALKED = 0.5
"""What the clause that is talked about has beforehand: 寄给谁 needn't have any of its words."""
CONTEXT_OUTSIDE = -2.5
"""That a follow-up gives to everything that is no clause."""
REJECTED = -6.0
"""That 不是，我问的是… gives to the clause that was rejected: it must all but disappear."""
CLOSED = -1e6
"""That clauses of documents get which are not asked: never."""
NAMED_OUTSIDE = -2.0
"""That naming a document gives to everything that no document covers: who names one expects an answer from it."""

# -- what odds are multiplied by ------------------------------------------------------------------------------------

LATER = 0.6
"""Of a clause whose document doesn't hold yet or no longer, beside one that does."""

# -- counts ---------------------------------------------------------------------------------------------------------

CROWDED = 20
"""Documents without phrasings above which 什么时候到期 that names none is asked back, whichever document was taught.
Lower, a department's own document is named each time; higher, it answers for all the others."""
THING = 9
"""Telling words up to which a question is on the thing that it names: 驾校复审谁管; a story has things of its own."""
RARELY = 4
"""Times that a thing may stand in what people are known to ask of a document and still be foreign to it: one story has
its own things."""

# -- lengths, in characters of the folded question -------------------------------------------------------------------

SHORT = 14
"""Longest follow-up that may lean on what was talked about; longer ones say what they mean. Twice as long, a sign of a
follow-up is one no more; three times, a story is looked through for the sentence that asks."""
SHORT_PLACE = 16
"""A longer question with a dotted number in it (4.2亿元的项目…) is about something else."""
LEAD_IN = 4
"""That may stand before a rejection: 你答得不对."""
PART_OF_WORD = 3
"""Of a word that is a document's own as a part of a longer one: 容积率. Lower, 融资 in 投融资 leaves the talk."""
CUE_WORD = 4
"""Of a word that asks something and may be what clauses are to speak of as well: 企业."""
TITLE = 4
"""Characters of a bare word that is what a title is about, 招商引资; 招商 may be any clause's."""
MOST_CHARS, MOST_WORDS = 9, 3
"""Longest bare question that is looked up verbatim."""
MOST_CLAUSES = 4
"""Words in more clauses than this say nothing; the scores decide."""

# -- what a message does in a conversation (knowledge/learned/dialogue_acts.py) ---------------------------------------

ACT = 0.4
"""From which 别概括了,上原文 asks for the original. Lower, a subject is taken for what was shown."""
ACT_POINTED = 0.25
"""The same in a message that says that it is on the clause: 该条由何单位负责 can hardly be anything else."""
LED_IN = 0.5
"""From which what stands before a question announces another one: 这个先放一边, 最后一个."""
