# Mail. Subjects are one line; bodies are one paragraph each.

mail-greeting = Hello { $name },
mail-greeting-nameless = Hello,
mail-footer = This mail was sent by Waymark, the portal of your organization. It was written by a machine; nobody reads answers to it.
mail-link-instead = If the button does not work, open this address:

reset-subject = Choose a new password
reset-body = Somebody, probably you, asked for a new password for the Waymark account with this address.
reset-action = Choose a new password
reset-closing = The link works once and for { $minutes } minutes. If it was not you, do nothing: your password stays as it is.

invitation-subject = { $inviter } invites you to { $organization }
invitation-body = { $inviter } invites you to join { $organization } on Waymark, where its members talk and work together.
invitation-action = Accept the invitation
invitation-closing = The link works once, until { $until }. If you do not know { $organization }, do nothing.

password-changed-subject = Your password was changed
password-changed-body = The password of your Waymark account was changed, and every other browser was signed out.
password-changed-action = Choose a new password
password-changed-closing = If it was not you, choose a new password at once and tell an admin of your organization.

factor-on-subject = Your second factor is on
factor-on-body = From now on, signing in to Waymark asks for a code from your authenticator app. Keep your recovery codes in a safe place.
factor-off-subject = Your second factor is off
factor-off-body = Signing in to Waymark no longer asks for a code from your authenticator app.
factor-action = Look at your security settings
factor-closing = If it was not you, choose a new password at once and tell an admin of your organization.

notes-opened-subject = Notes were opened
notes-opened-body = A privacy officer has opened notes that they do not usually read. You wrote some of them, or you are a privacy officer yourself. Who, why and until when is in Waymark.
notes-opened-action = See who and why

data-asked-for-subject = Somebody asks for their data
data-asked-for-body = Somebody asked for what is kept about them. By law the answer is due by { $due }.
data-asked-for-action = See the request

approval-asked-subject = { $campaign } waits for you to let it go
approval-asked-body = { $author } sent off a campaign to { $count } people. From this many on, a second person lets it go. Look at what it says and to whom, and decide.
approval-asked-action = See the campaign

data-released-subject = Your data is ready
data-released-body = You asked for what is kept about you. It is ready: you can read it in Waymark, print it, or take it with you as a file.
data-released-action = Read it

campaign-test-mark = [TEST]

# Notifications: who and where, never what was said.
notification-mention-subject = { $author } mentioned you in { $channel }
notification-mention-body = { $author } mentioned you in { $channel }, and you have not seen it yet.
notification-everyone-subject = { $author } called everyone in { $channel }
notification-everyone-body = { $author } called everyone in { $channel }, and you have not seen it yet.
notification-direct-subject = { $author } wrote to you
notification-direct-body = { $author } wrote to you on the portal of { $organization }, and you have not seen it yet.
notification-broadcast-subject = Broadcast: { $title }
notification-broadcast-body = { $author } sent you “{ $title }” on the portal of { $organization }.
notification-certificate-subject = Your certificate: { $title }
notification-certificate-body = You finished your journey, and { $organization } gave you the certificate “{ $title }”. You can print it, show it to others, and take it along as a badge.
notification-answer-subject = Your coach answered: { $title }
notification-answer-body = Your coach at { $organization } answered what you handed in for “{ $title }”.
notification-several-subject = { $organization }: { $count } things wait for you
notification-several-body = This happened on the portal of { $organization }, and you have not seen it yet:
notification-more = … and { $count } more.
notification-action = Open it
notification-closing = What is written there stays there, so this mail does not repeat it. Choose what you are told of, and how often: { $preferences }

# By push, on locked screens.
push-agreement = With push on a device you agree that { $organization } tells you there of what comes under: { $kinds }. You can take that back at any time, here for the device or in your preferences for each kind.
push-broadcast = { $author } sent you a broadcast
push-certificate = You were given a certificate
push-answer = Your coach answered what you handed in
push-somebody = Somebody
push-more = (and { $count } more)
push-test-title = Push works
push-test-body = This device tells you what waits for you.

# What a coach writes to a learner who does not get on, as it is drafted. The coach changes it before it goes.
nudge-stalled = Hello { $name }, it has been a while since your last step in “{ $title }”. Is something in the way? Ten minutes are enough to go on, and you find everything where you left it. Write back if I can help.
nudge-behind = Hello { $name }, the others in your group are a little further in “{ $title }”. Nobody minds. Shall we look together for a time in which you can catch up?
nudge-failed = Hello { $name }, I saw that some questions in “{ $title }” were not easy. Look at the lesson before them once more, and ask me whatever is unclear. There is no hurry.
nudge-failed-at = Hello { $name }, I saw that “{ $lesson }” in “{ $title }” was not easy. Look at the lesson before it once more, and ask me whatever is unclear. There is no hurry.
nudge-returned = Hello { $name }, I wrote you comments on your work in “{ $title }”. Read them and hand it in once more; it does not need to be perfect.
nudge-returned-at = Hello { $name }, I wrote you comments on “{ $lesson }” in “{ $title }”. Read them and hand it in once more; it does not need to be perfect.
nudge-waiting = Hello { $name }, thank you for your work in “{ $title }”. It is with me, and I will answer soon. You can go on with what is open meanwhile.
nudge-other = Hello { $name }, how do you get on with “{ $title }”? Write back if I can help.
nudge-link = Go on here: { $link }
