# Ce que les personnes lisent au sujet de leurs messages.

day = { $day } { $month } { $year }
first-of-month = 1er
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

channel-email = Courriel
channel-sms = Texto
channel-push = Notification
channel-phone = Appel
channel-mail = Lettre

category-all = Tout
category-by-channel = { $category } : { $channel }
category-newsletters = Infolettres
category-newsletters-about = Les nouvelles en bref : ce qui s’est passé et ce qui vient.
category-campaign = Campagnes
category-campaign-about = Des appels à participer, à signer, à voter, à venir.
category-alerts = Alertes
category-alerts-about = Ce qu’il faut savoir aujourd’hui, comme un appel à la grève ou une fermeture, et les diffusions que vous n’avez pas vues ici.
category-social = Vie sociale
category-social-about = Qui vous mentionne ou vous écrit ici, les attestations qu’on vous remet, fêtes, sports, offres et ce que les membres font ensemble.
category-transactional = Ce que vous avez demandé
category-transactional-about = Mots de passe, reçus, réponses à vos questions et avis liés à votre adhésion.

frequency-real-time = tout de suite
frequency-daily-digest = regroupé, une fois par jour
frequency-weekly-digest = regroupé, une fois par semaine

until-express = vous avez accepté, jusqu’au { $until }
until-membership = comme ancien membre, jusqu’au { $until }
until-purchase = depuis votre achat, jusqu’au { $until }
until-inquiry = depuis votre demande, jusqu’au { $until }
until-published = jusqu’au { $until }
until-contract = jusqu’au { $until }
until-legitimate-interest = jusqu’au { $until }
until-vital = jusqu’au { $until }
expired-on = échu le { $day }

consent-statement = En cochant une case, vous acceptez que { $organization } ({ $reach }) vous envoie ce genre de messages. Vous pouvez revenir sur ce choix en tout temps, ici ou par le lien dans chaque message.
consent-statement-short = En cochant une case, vous acceptez que { $organization } vous envoie ce genre de messages. Vous pouvez revenir sur ce choix en tout temps, ici ou par le lien dans chaque message.

# La même chose là où l’on accepte avec le bouton d’une page.
confirming-statement = En appuyant sur le bouton, vous acceptez que { $organization } ({ $reach }) vous envoie ce genre de messages. Vous pouvez revenir sur ce choix en tout temps, par le lien dans chaque message.
confirming-statement-short = En appuyant sur le bouton, vous acceptez que { $organization } vous envoie ce genre de messages. Vous pouvez revenir sur ce choix en tout temps, par le lien dans chaque message.

preferences-title = Ce que vous recevez
preferences-lead = Ce que { $organization } vous envoie, comment et à quelle fréquence.
preferences-fixed = Toujours envoyé, par le moyen qui convient : cela fait partie de ce que vous avez demandé.
preferences-often = Le courriel arrive
preferences-devices = Notifications sur cet appareil
preferences-when = Quand
preferences-quiet-from = Silence de
preferences-quiet-to = à
preferences-quiet-hint = Rien n’est envoyé pendant ces heures; cela attend. Laissez les deux vides pour ne rien fixer.
preferences-quiet-wrong = Écrivez les deux heures, par exemple 21:00 et 07:30.
preferences-quiet-same = C’est deux fois la même heure. Pour ne rien recevoir pendant un temps, faites une pause ci-dessous.
preferences-pause = Faire une pause
preferences-pause-hint = D’ici là, vous recevez seulement ce que vous avez demandé.
preferences-pause-wrong = Choisissez la durée dans la liste.
preferences-paused = Vous faites une pause jusqu’au { $until }.
preferences-zone = Votre fuseau horaire
preferences-zone-wrong = Choisissez un fuseau horaire dans la liste, comme America/Toronto.
preferences-language = Langue
preferences-save = Enregistrer
preferences-saved = Enregistré. Cela compte dès maintenant.
preferences-everything = Tout arrêter
preferences-everything-about = Vous ne recevez plus rien, par aucun moyen, sauf ce que vous avez demandé, comme un nouveau mot de passe. Vous pouvez revenir en tout temps en cochant une case ci-dessus.
preferences-everything-verb = Arrêter tous les messages
preferences-left = C’est fait. Vous ne recevez plus rien.
preferences-history = Ce que vous avez dit jusqu’ici
preferences-history-none = Rien encore. Ce que vous recevez découle de votre adhésion.
preferences-copy = Télécharger
preferences-copy-by-mail = M’en envoyer une copie par courriel
back-to-preferences = Retour

pause-none = Pas de pause
pause-keep = Comme maintenant
pause-end = Finir la pause maintenant
pause-7 = Une semaine
pause-30 = Un mois
pause-90 = Trois mois
pause-180 = Six mois

suppressed-unsubscribed = { $channel } : vous avez tout arrêté, donc votre adresse ne reçoit rien. Cocher une case la rétablit.
suppressed-complaint = { $channel } : un message a été signalé comme indésirable depuis votre adresse, qui ne reçoit donc rien. Écrivez-nous si c’est une erreur.
suppressed-bounce = { $channel } : des messages à votre adresse nous sont revenus, elle ne reçoit donc rien. Donnez-nous votre nouvelle adresse.
suppressed-asked = { $channel } : on nous a demandé de ne pas écrire à votre adresse. Écrivez-nous si c’est une erreur.
suppressed-erased = { $channel } : votre adresse ne reçoit rien, car la personne qui l’avait s’est désabonnée. Écrivez-nous pour changer cela.
suppressed-imported = { $channel } : votre adresse nous a été transmise comme n’en devant pas recevoir. Écrivez-nous si c’est une erreur.

history-granted = Vous avez accepté { $category } : { $channel }
history-noted = On a noté que vous acceptez { $category } : { $channel }
history-requested = On vous a demandé de confirmer { $category } : { $channel }
history-confirmed = Vous avez confirmé { $category } : { $channel }
history-withdrawn = Vous avez arrêté { $category } : { $channel }
history-withdrawal-noted = On a noté que vous ne voulez pas { $category } : { $channel }
history-undone = Vous êtes revenu sur un arrêt : « { $category } », { $channel }

method-preferences = sur cette page
method-one-click = par le bouton de votre messagerie
method-unsubscribe-page = par le lien dans un message
method-undo = par le bouton d’annulation
method-confirmation = par le lien dans un courriel
method-mail = par courriel
method-sms = par texto
method-form = sur un formulaire
method-paper = sur papier
method-spoken = de vive voix
method-import = dans un fichier importé
method-api = par un autre système
method-bounce = car votre adresse n’existait pas
method-complaint = car un message a été signalé comme indésirable
method-merge = dans une fiche antérieure à votre nom

leaving-title = Arrêter ces messages?
leaving-text = { $organization } vous envoie « { $category } » ({ $channel }). Si vous arrêtez, plus rien de ce genre n’est envoyé, dès maintenant.
leaving-verb = Arrêter
leaving-done-title = Arrêté
leaving-done-text = { $organization } ne vous envoie plus « { $category } » ({ $channel }).
leaving-undo = C’était une erreur, annuler
leaving-undone-title = C’est comme avant
leaving-undone-text = Vous recevez de nouveau « { $category } » ({ $channel }) de { $organization }.
leaving-choose = Choisir tout ce que je reçois
undo-text = Vous recevez de nouveau « { $category } » ({ $channel }) de { $organization }.

confirming-title = Êtes-vous d’accord?
confirming-text = { $organization } demande si elle peut vous envoyer « { $category } ». Voici ce que vous acceptez :
confirming-verb = Oui, j’accepte
confirming-thanks-title = Merci
confirming-thanks-text = { $organization } peut maintenant vous envoyer « { $category } ». Vous pouvez changer cela en tout temps.
confirming-done-title = Plus rien à confirmer
confirming-done-text = Ce que vous avez dit est noté. Vous pouvez le changer en tout temps.

link-unknown-title = Ce lien ne fonctionne pas
link-unknown-text = Il a peut-être été coupé. Copiez le lien entier de votre message, ou demandez-en un autre.
link-ended-title = Ce lien est trop ancien
link-ended-text = Les liens dans les messages fonctionnent treize mois. Demandez-en un autre.
link-another = M’envoyer un nouveau lien

lost-title = Votre lien vers ce que vous recevez
lost-text = Entrez votre adresse : un lien arrive par courriel, avec lequel vous choisissez ce que vous recevez. Aucun mot de passe n’est nécessaire.
lost-address = Adresse courriel
lost-wrong = Entrez une adresse courriel comme nom@exemple.org.
lost-send = M’envoyer le lien
lost-sent-title = Regardez vos courriels
lost-sent-text = Si nous écrivons à cette adresse, un lien est en route.

copy-sent-title = Regardez vos courriels
copy-sent-text = Si nous avons une adresse courriel de vous, un lien vers votre copie est en route. Il fonctionne une journée.

preferences-link-subject = Ce que vous recevez de { $organization }
preferences-link-body = Vous, ou une personne qui a entré votre adresse, avez demandé un lien pour choisir ce que { $organization } vous envoie.
preferences-link-action = Choisir ce que je reçois
preferences-link-closing = Qui a ce lien peut changer ce que vous recevez : gardez-le pour vous. Si ce n’était pas vous, ne faites rien.

copy-subject = Votre copie
copy-body = Voici, dans un fichier, ce que vous avez dit de nos messages et ce que nous en avons noté.
copy-action = Télécharger

left-subject = Vous ne recevez plus « { $category } »
left-body = { $organization } ne vous envoie plus « { $category } » ({ $channel }). Une personne ayant le lien d’un de vos messages vient de le demander.
left-action = Voir ou annuler
left-closing = Si c’était vous, il n’y a rien à faire.

confirm-subject = Acceptez-vous de recevoir « { $category } »?
confirm-body = On a dit à { $organization } que vous aimeriez recevoir « { $category } » par courriel. Rien n’est envoyé avant que vous le disiez vous-même.
confirm-action = Voir de quoi il s’agit et accepter
confirm-closing = Si vous ne le voulez pas, ne faites rien.

renew-subject = Voulez-vous continuer de recevoir « { $category } »?
renew-body = { $organization } peut vous envoyer « { $category } » par courriel jusqu’au { $until }. Ensuite, plus rien n’est envoyé, sauf si vous dites maintenant que vous voulez continuer.
renew-action = Continuer de recevoir
renew-closing = Si vous ne faites rien, cela prend fin de soi-même.
