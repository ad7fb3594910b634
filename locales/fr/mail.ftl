# Courrier. Les objets tiennent sur une ligne, chaque corps est un paragraphe.

mail-greeting = Bonjour { $name },
mail-greeting-nameless = Bonjour,
mail-footer = Ce courriel a été envoyé par Waymark, le portail de votre organisation. Il a été écrit par une machine ; personne ne lit les réponses.
mail-link-instead = Si le bouton ne fonctionne pas, ouvrez cette adresse :

reset-subject = Choisir un nouveau mot de passe
reset-body = Quelqu’un, probablement vous, a demandé un nouveau mot de passe pour le compte Waymark lié à cette adresse.
reset-action = Choisir un nouveau mot de passe
reset-closing = Le lien fonctionne une seule fois, pendant { $minutes } minutes. Si ce n’était pas vous, ne faites rien : votre mot de passe reste le même.

invitation-subject = { $inviter } vous invite à rejoindre { $organization }
invitation-body = { $inviter } vous invite à rejoindre { $organization } sur Waymark, où ses membres échangent et travaillent ensemble.
invitation-action = Accepter l’invitation
invitation-closing = Le lien fonctionne une seule fois, jusqu’au { $until }. Si vous ne connaissez pas { $organization }, ne faites rien.

password-changed-subject = Votre mot de passe a été changé
password-changed-body = Le mot de passe de votre compte Waymark a été changé et tous les autres navigateurs ont été déconnectés.
password-changed-action = Choisir un nouveau mot de passe
password-changed-closing = Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe et prévenez un administrateur de votre organisation.

factor-on-subject = Votre second facteur est activé
factor-on-body = Désormais, la connexion à Waymark demande un code de votre application d’authentification. Gardez vos codes de secours en lieu sûr.
factor-off-subject = Votre second facteur est désactivé
factor-off-body = La connexion à Waymark ne demande plus de code de votre application d’authentification.
factor-action = Voir vos réglages de sécurité
factor-closing = Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe et prévenez un administrateur de votre organisation.

notes-opened-subject = Des notes ont été ouvertes
notes-opened-body = Une personne responsable de la vie privée a ouvert des notes qu’elle ne lit pas d’habitude. Vous en avez écrit certaines, ou vous êtes vous-même responsable de la vie privée. Qui, pourquoi et jusqu’à quand : c’est dans Waymark.
notes-opened-action = Voir qui et pourquoi

data-asked-for-subject = Quelqu’un demande ses données
data-asked-for-body = Quelqu’un a demandé ce qui est conservé à son sujet. La loi veut une réponse au plus tard le { $due }.
data-asked-for-action = Voir la demande

approval-asked-subject = { $campaign } attend votre approbation
approval-asked-body = { $author } a lancé une campagne destinée à { $count } personnes. À partir de ce nombre, une deuxième personne doit l’approuver. Lisez ce qu’elle dit et à qui elle s’adresse, puis décidez.
approval-asked-action = Voir la campagne

data-released-subject = Vos données sont prêtes
data-released-body = Vous avez demandé ce qui est conservé à votre sujet. C’est prêt : vous pouvez le lire dans Waymark, l’imprimer ou l’emporter dans un fichier.
data-released-action = Les lire

campaign-test-mark = [ESSAI]

# Avis : qui et où, jamais ce qui a été dit.
notification-mention-subject = { $author } vous a mentionné dans { $channel }
notification-mention-body = { $author } vous a mentionné dans { $channel }, et vous ne l’avez pas encore vu.
notification-everyone-subject = { $author } a appelé tout le monde dans { $channel }
notification-everyone-body = { $author } a appelé tout le monde dans { $channel }, et vous ne l’avez pas encore vu.
notification-direct-subject = { $author } vous a écrit
notification-direct-body = { $author } vous a écrit sur le portail de { $organization }, et vous ne l’avez pas encore vu.
notification-broadcast-subject = Diffusion : { $title }
notification-broadcast-body = { $author } vous a envoyé « { $title } » sur le portail de { $organization }.
notification-certificate-subject = Votre attestation : { $title }
notification-certificate-body = Vous avez terminé votre parcours, et { $organization } vous a remis l’attestation « { $title } ». Vous pouvez l’imprimer, la montrer et l’emporter sous forme de badge.
notification-answer-subject = Votre coach a répondu : { $title }
notification-answer-body = Votre coach chez { $organization } a répondu à ce que vous avez remis pour « { $title } ».
notification-several-subject = { $organization } : { $count } nouvelles vous attendent
notification-several-body = Voici ce qui s’est passé sur le portail de { $organization } et que vous n’avez pas encore vu :
notification-more = … et { $count } de plus.
notification-action = Ouvrir
notification-closing = Ce qui est écrit là-bas y reste ; ce courriel ne le répète pas. Choisissez ce dont on vous avise, et à quelle fréquence : { $preferences }

# Sur l’écran verrouillé.
push-agreement = En activant les notifications sur un appareil, vous acceptez que { $organization } vous y avise de ce qui relève de : { $kinds }. Vous pouvez revenir sur ce choix en tout temps, ici pour l’appareil ou dans vos préférences pour chaque genre.
push-broadcast = { $author } vous a envoyé une diffusion
push-certificate = Une attestation vous a été remise
push-answer = Votre coach a répondu à ce que vous avez remis
push-somebody = Quelqu’un
push-more = (et { $count } de plus)
push-test-title = Les notifications fonctionnent
push-test-body = Cet appareil vous avise de ce qui vous attend.

# Ce qu’un coach écrit à une personne qui n’avance pas, tel que proposé. Le coach le modifie avant l’envoi.
nudge-stalled = Bonjour { $name }, votre dernière étape dans « { $title } » remonte à quelque temps. Quelque chose vous en empêche-t-il ? Dix minutes suffisent pour continuer, et vous retrouverez tout là où vous l’aviez laissé. Répondez-moi si je peux vous aider.
nudge-behind = Bonjour { $name }, les autres de votre groupe sont un peu plus loin dans « { $title } ». Personne ne vous en veut. Cherchons-nous ensemble un moment pour rattraper cela ?
nudge-failed = Bonjour { $name }, j’ai vu que certaines questions de « { $title } » n’étaient pas faciles. Relisez la leçon qui les précède et demandez-moi tout ce qui n’est pas clair. Rien ne presse.
nudge-failed-at = Bonjour { $name }, j’ai vu que « { $lesson } » dans « { $title } » n’était pas facile. Relisez la leçon qui précède et demandez-moi tout ce qui n’est pas clair. Rien ne presse.
nudge-returned = Bonjour { $name }, je vous ai écrit des commentaires sur votre travail dans « { $title } ». Lisez-les et remettez-le encore une fois ; il n’a pas besoin d’être parfait.
nudge-returned-at = Bonjour { $name }, je vous ai écrit des commentaires sur « { $lesson } » dans « { $title } ». Lisez-les et remettez votre travail encore une fois ; il n’a pas besoin d’être parfait.
nudge-waiting = Bonjour { $name }, merci pour votre travail dans « { $title } ». Je l’ai reçu et je répondrai bientôt. En attendant, vous pouvez continuer avec ce qui est ouvert.
nudge-other = Bonjour { $name }, comment avancez-vous dans « { $title } » ? Répondez-moi si je peux vous aider.
nudge-link = Continuez ici : { $link }
