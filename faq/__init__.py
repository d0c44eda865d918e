"""Curated answers about renewing a certification, and the matcher that finds them.

`faq.entry.load` reads the answers, `faq.answer.ask` finds one; importing the package alone loads neither.
"""
