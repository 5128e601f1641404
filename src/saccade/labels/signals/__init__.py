"""From the texts around pictures to words that may be counted: one bucket at a time.

`read.read_signals` turns rows of a bucket into subjects, texts of word hashes and the forms of words;
`teaching.fit_languages` learns the languages of a corpus from a sample; `boilerplate.Repeats` counts, over
all buckets, what shops paste under everything.

Not here: phrases, which are mined from these words or given (`saccade.labels`).
"""
