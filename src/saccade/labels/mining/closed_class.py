"""Articles, prepositions, conjunctions, pronouns and auxiliaries of the languages that we could write down.

Decided: common lists of stop words hold much that names things (the English one of stopwords-iso has "room",
"men", "home", "top", "small"), so these lists are our own and hold closed classes alone. A word that also
names things or ends names ("can", "off" in "off white", "out" in "night out") is left out. Lower case, as
inflected; `function_words` adds their lemmas.
"""

from __future__ import annotations

CLOSED: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": """
            a an the this that these those every each any some no another either neither both such all
            of in on at by for from with without within into onto to through
            throughout between among around about above below behind beside besides against across along
            after before during since until till upon toward towards near via per as like than
            and or but nor so yet if because although though while whereas unless whether when where why how
            i me my mine myself you your yours yourself he him his she her hers it its we us our ours they
            them their theirs who whom whose which what there here
            be am is are was were been being have has had having do does did doing will would shall should
            may might must could not n't 's 's only also just very too more most much many own same other
            then again once even still ever never always
            """,
        "de": """
            der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner keines
            dieser diese dieses diesen diesem jener jene jenes jeder jede jedes jeden jedem alle allen aller
            alles manche solche welche welcher welches beide
            in im ins an am ans auf aufs aus bei beim bis durch für fürs gegen ab hinter mit nach neben ohne
            seit über um ums unter unterm von vom vor vorm während wegen zu zum zur zwischen trotz statt laut
            und oder aber denn sondern sowie sowohl als wie wenn weil dass daß ob obwohl damit da doch noch
            nur auch schon sehr nicht so mehr viel viele hier dort dann etwa je
            ich mich mir mein meine meinen meinem meiner du dich dir dein deine deinen deinem deiner er ihn
            ihm sein seine seinen seinem seiner sie ihr ihre ihren ihrem ihrer es wir uns unser unsere euch
            euer eure man sich wer wen wem was wo wann warum
            sein bin bist ist sind war waren gewesen haben habe hat hatte hatten werden wird wurde wurden
            worden kann können konnte muss müssen soll sollen darf dürfen will wollen mag möchte
            """,
        "es": """
            el la los las lo un una unos unas al del este esta estos estas ese esa esos esas aquel aquella
            aquellos aquellas cada todo toda todos todas otro otra otros otras algún alguna algunos algunas
            ningún ninguna mismo misma ambos
            a ante bajo con contra de desde durante en entre hacia hasta para por según sin sobre tras
            y e o u ni pero sino aunque porque pues que si como cuando donde mientras
            yo me mi mis mí tú te ti tu tus él ella ello nosotros nos vosotros os ellos ellas se le les su sus
            nuestro nuestra nuestros nuestras vuestro vuestra suyo suya quien quienes cual cuales cuyo qué
            ser es son era eran fue fueron sido soy está están estaba estar haber ha han había he hay tener
            tiene tienen puede pueden muy más menos también no ya aquí allí así solo sólo tan tanto
            """,
        "fr": """
            le la les l un une des du de d au aux ce cet cette ces chaque tout toute tous toutes autre autres
            quelque quelques aucun aucune même mêmes
            à avec chez contre dans depuis derrière devant en entre hors jusque malgré par parmi pendant pour
            sans sauf selon sous sur vers et ou mais ni car donc or que qu si comme quand lorsque puisque où
            je j me m moi mon ma mes tu te t toi ton ta tes il elle on se s lui son sa ses nous notre nos vous
            votre vos ils elles leur leurs eux qui quoi dont ne n pas plus très aussi y c
            être est sont était étaient été suis avoir a ont avait ai eu fait peut peuvent
            """,
        "it": """
            il lo la i gli le l un uno una del dello della dei degli delle dell al allo alla ai agli alle all
            dal dallo dalla dai dagli dalle dall nel nello nella nei negli nelle nell sul sullo sulla sui
            sugli sulle sull di a da in con su per tra fra senza sotto sopra verso presso dopo prima durante
            e ed o oppure ma né che se come quando dove perché anche non più molto
            questo questa questi queste quello quella quelli quelle ogni tutto tutta tutti tutte altro altra
            io mi me mio mia miei mie tu ti te tuo tua lui lei si suo sua suoi sue noi ci nostro nostra voi vi
            vostro loro cui chi essere è sono era erano stato avere ha hanno ho
            """,
        "pt": """
            o a os as um uma uns umas do da dos das no na nos nas ao à aos às pelo pela pelos pelas num numa
            de em com sem por para sob sobre entre até desde contra durante após ante
            e ou mas nem que se como quando onde porque também não mais muito já
            este esta estes estas esse essa esses essas aquele aquela cada todo toda todos todas outro outra
            eu me mim meu minha meus minhas tu te ti teu tua ele ela eles elas lhe seu sua seus suas nós nosso
            nossa você vocês quem qual ser é são era foi foram está estão ter tem têm há
            """,
        "nl": """
            de het een dit dat deze die elke ieder alle andere geen
            van in op aan bij met zonder voor naar uit over onder tussen door tot om tegen tijdens sinds
            vanaf per te ter ten en of maar want noch als dan dus omdat hoewel terwijl wanneer waar hoe
            ik me mij mijn je jij jou jouw u uw hij hem zijn zij ze haar wij we ons onze jullie hun zich wie
            wat er is was waren zijn ben bent hebben heeft had worden wordt werd kan kunnen zal niet ook nog
            zeer meer veel heel
            """,
    }.items()
}
"""Function words by ISO 639-1 code."""
