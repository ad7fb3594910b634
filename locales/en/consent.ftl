# What people read about their messages: the preferences page, leaving, confirming, and the mail around them.

day = { $day } { $month } { $year }
first-of-month = 1
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

channel-email = E-mail
channel-sms = Text message
channel-push = Push
channel-phone = Phone call
channel-mail = Letter

category-all = Everything
category-by-channel = { $category }: { $channel }
category-newsletters = Newsletters
category-newsletters-about = News in digest: what happened and what is coming up.
category-campaign = Campaigns
category-campaign-about = Calls to take part, to sign, to vote, to come.
category-alerts = Alerts
category-alerts-about = What you should know today, such as a strike call or a closure, and broadcasts you have not seen here.
category-social = Social
category-social-about = Who mentions you or writes to you here, certificates you are given, parties, sports, offers and what members do together.
category-transactional = What you asked for
category-transactional-about = Passwords, receipts, answers to you, and notices that membership itself brings.

frequency-real-time = At once
frequency-daily-digest = Together, once a day
frequency-weekly-digest = Together, once a week

until-express = you agreed, until { $until }
until-membership = as a former member, until { $until }
until-purchase = since you bought something, until { $until }
until-inquiry = since you asked, until { $until }
until-published = until { $until }
until-contract = until { $until }
until-legitimate-interest = until { $until }
until-vital = until { $until }
expired-on = ran out on { $day }

consent-statement = By ticking a box you agree that { $organization } ({ $reach }) sends you messages of that kind. You can take that back at any time, here or with the link in each message.
consent-statement-short = By ticking a box you agree that { $organization } sends you messages of that kind. You can take that back at any time, here or with the link in each message.

# The same where one agrees with the button of a page.
confirming-statement = By pressing the button you agree that { $organization } ({ $reach }) sends you messages of that kind. You can take that back at any time, with the link in each message.
confirming-statement-short = By pressing the button you agree that { $organization } sends you messages of that kind. You can take that back at any time, with the link in each message.

preferences-title = What you get
preferences-lead = What { $organization } sends you, how, and how often.
preferences-fixed = Always sent, by whatever way is right: it belongs to what you asked for.
preferences-often = E-mail comes
preferences-devices = Push on this device
preferences-when = When
preferences-quiet-from = Quiet from
preferences-quiet-to = until
preferences-quiet-hint = Nothing is sent in these hours; it waits. Leave both empty for none.
preferences-quiet-wrong = Write both times, such as 21:00 and 07:30.
preferences-quiet-same = These are the same time. To get nothing at all for a while, take a break below.
preferences-pause = Take a break
preferences-pause-hint = Until then you only get what you asked for.
preferences-pause-wrong = Choose how long from the list.
preferences-paused = You take a break until { $until }.
preferences-zone = Your time zone
preferences-zone-wrong = Choose a time zone from the list, such as America/Toronto.
preferences-language = Language
preferences-save = Save
preferences-saved = Saved. It counts from now on.
preferences-everything = Stop everything
preferences-everything-about = You get nothing any more over any channel, but for what you asked for, such as a new password. You can come back at any time by ticking a box above.
preferences-everything-verb = Stop all messages
preferences-left = Done. You get nothing any more.
preferences-history = What you said so far
preferences-history-none = Nothing yet. What you get follows from your membership.
preferences-copy = Download
preferences-copy-by-mail = Send me a copy of this by e-mail
back-to-preferences = Back

pause-none = No break
pause-keep = As it is
pause-end = End the break now
pause-7 = For a week
pause-30 = For a month
pause-90 = For three months
pause-180 = For half a year

suppressed-unsubscribed = { $channel }: you left everything, so your address gets nothing. Ticking a box brings it back.
suppressed-complaint = { $channel }: a message was marked as unwanted from your address, so it gets nothing. Write to us if that was a mistake.
suppressed-bounce = { $channel }: messages to your address came back, so it gets nothing. Tell us your new address.
suppressed-asked = { $channel }: we were asked not to write to your address. Write to us if that was a mistake.
suppressed-erased = { $channel }: your address gets nothing, since its former owner had left. Write to us to change that.
suppressed-imported = { $channel }: your address came to us as one that gets nothing. Write to us if that was a mistake.

history-granted = You agreed to { $category }: { $channel }
history-noted = It was noted that you agreed to { $category }: { $channel }
history-requested = You were asked to confirm { $category }: { $channel }
history-confirmed = You confirmed { $category }: { $channel }
history-withdrawn = You stopped { $category }: { $channel }
history-withdrawal-noted = It was noted that you do not want { $category }: { $channel }
history-undone = You undid stopping { $category }: { $channel }

method-preferences = on this page
method-one-click = with the button of your mail program
method-unsubscribe-page = with the link in a message
method-undo = with the undo button
method-confirmation = with the link in a mail
method-mail = by e-mail
method-sms = by text message
method-form = on a form
method-paper = on paper
method-spoken = in a conversation
method-import = in a file that was imported
method-api = through another system
method-bounce = since your address did not exist
method-complaint = since a message was marked as unwanted
method-merge = on an earlier record of you

leaving-title = Stop these messages?
leaving-text = { $organization } sends you “{ $category }” ({ $channel }). If you stop it, nothing of that kind is sent any more, from this moment on.
leaving-verb = Stop it
leaving-done-title = Stopped
leaving-done-text = { $organization } does not send you “{ $category }” ({ $channel }) any more.
leaving-undo = That was a mistake, undo it
leaving-undone-title = It is as it was
leaving-undone-text = You get “{ $category }” ({ $channel }) from { $organization } again.
leaving-choose = Choose everything you get
undo-text = You get “{ $category }” ({ $channel }) from { $organization } again.

confirming-title = Do you agree?
confirming-text = { $organization } asks whether it may send you “{ $category }”. This is what you agree to:
confirming-verb = Yes, I agree
confirming-thanks-title = Thank you
confirming-thanks-text = { $organization } may now send you “{ $category }”. You can change that at any time.
confirming-done-title = Nothing left to confirm
confirming-done-text = What you said is written down. You can change it at any time.

link-unknown-title = This link does not work
link-unknown-text = It may have been cut off. Copy the whole link from your message, or get another one.
link-ended-title = This link is too old
link-ended-text = Links in messages work for thirteen months. Get another one.
link-another = Send me a new link

lost-title = Your link to what you get
lost-text = Enter your address, and a link comes by e-mail with which you choose what you get. No password is needed.
lost-address = E-mail address
lost-wrong = Enter an e-mail address like name@example.org.
lost-send = Send me the link
lost-sent-title = Look into your mail
lost-sent-text = If we write to this address, a link is on its way.

copy-sent-title = Look into your mail
copy-sent-text = If we have an e-mail address of yours, a link to your copy is on its way to it. It works for a day.

preferences-link-subject = What you get from { $organization }
preferences-link-body = You, or somebody who entered your address, asked for a link with which you choose what { $organization } sends you.
preferences-link-action = Choose what I get
preferences-link-closing = Whoever has this link can change what you get, so keep it. If it was not you, do nothing.

copy-subject = Your copy
copy-body = Here is what you said about our messages, and what we wrote down about it, as a file.
copy-action = Download it

left-subject = You left { $category }
left-body = { $organization } does not send you “{ $category }” ({ $channel }) any more. Somebody with the link in a message to you asked for that just now.
left-action = Look at it, or undo it
left-closing = If it was you, there is nothing to do.

confirm-subject = Do you agree to { $category }?
confirm-body = { $organization } was told that you would like to get “{ $category }” by e-mail. Nothing is sent until you say so yourself.
confirm-action = See what it is and agree
confirm-closing = If you do not want it, do nothing.

renew-subject = Would you like to keep getting { $category }?
renew-body = { $organization } may send you “{ $category }” by e-mail until { $until }. After that nothing of it is sent any more, unless you say now that you would like to keep getting it.
renew-action = Keep getting it
renew-closing = If you do nothing, it ends by itself.
