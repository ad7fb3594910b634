# Ce qui entoure le contenu des pages.
page-skip = Aller au contenu
page-dismiss = Fermer
