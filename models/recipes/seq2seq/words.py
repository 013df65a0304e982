"""The translator's lexicon, written by hand: nouns, adjectives, verbs.

NOUNS     english[,plural] | fr gender | de gender plural | es gender | it gender | pt gender | hi gender ; kind
ADJECTIVES english | fr m f | de | es | it | pt | hi
VERBS     english past | fr | de | es | it | pt | hi ; kinds of object

A form that the rules of `forms.py` would get wrong stands beside the word.
"""
LANGUAGES = ["en", "fr", "de", "es", "it", "pt", "hi"]

# Kinds: p person, a animal, e food, d drink, t thing, r what is read, c clothes, v vehicle, b building.
NOUNS = """
man,men | homme m | Mann m Männer | hombre m | uomo m uomini | homem m | आदमी m ; p
woman,women | femme f | Frau f Frauen | mujer f | donna f | mulher f | औरत f ; p
boy | garçon m | Junge m Jungen | niño m | ragazzo m | menino m | लड़का m ; p
girl | fille f | Mädchen n Mädchen | niña f | ragazza f | menina f | लड़की f ; p
teacher | professeur m | Lehrer m Lehrer | profesor m | professore m | professor m | शिक्षक m ; p
doctor | médecin m | Arzt m Ärzte | médico m | medico m medici | médico m | डॉक्टर m ; p
friend | ami m | Freund m Freunde | amigo m | amico m amici | amigo m | दोस्त m ; p
brother | frère m | Bruder m Brüder | hermano m | fratello m | irmão m irmãos | भाई m ; p
sister | sœur f | Schwester f Schwestern | hermana f | sorella f | irmã f | बहन f ; p
mother | mère f | Mutter f Mütter | madre f | madre f | mãe f | माँ f ; p
father | père m | Vater m Väter | padre m | padre m | pai m | पिता m पिता ; p
neighbour | voisin m | Nachbar m Nachbarn | vecino m | vicino m | vizinho m | पड़ोसी m ; p
farmer | agriculteur m | Bauer m Bauern | agricultor m | contadino m | agricultor m | किसान m ; p
student | étudiant m | Student m Studenten | estudiante m | studente m | estudante m | छात्र m ; p
driver | conducteur m | Fahrer m Fahrer | conductor m | autista m autisti | motorista m | चालक m ; p
queen | reine f | Königin f Königinnen | reina f | regina f | rainha f | रानी f ; p
king | roi m | König m Könige | rey m | re m re | rei m | राजा m राजा ; p
painter | peintre m | Maler m Maler | pintor m | pittore m | pintor m | चित्रकार m ; p
dog | chien m | Hund m Hunde | perro m | cane m | cachorro m | कुत्ता m ; a
cat | chat m | Katze f Katzen | gato m | gatto m | gato m | बिल्ली f ; a
horse | cheval m chevaux | Pferd n Pferde | caballo m | cavallo m | cavalo m | घोड़ा m ; a
bird | oiseau m | Vogel m Vögel | pájaro m | uccello m | pássaro m | चिड़िया f चिड़ियाँ ; a
cow | vache f | Kuh f Kühe | vaca f | mucca f | vaca f | गाय f ; a
rabbit | lapin m | Kaninchen n Kaninchen | conejo m | coniglio m | coelho m | खरगोश m ; a
elephant | éléphant m | Elefant m Elefanten | elefante m | elefante m | elefante m | हाथी m ; a
mouse,mice | souris f | Maus f Mäuse | ratón m | topo m | rato m | चूहा m ; a
apple | pomme f | Apfel m Äpfel | manzana f | mela f | maçã f | सेब m ; e
orange | orange f | Orange f Orangen | naranja f | arancia f arance | laranja f | संतरा m ; e
banana | banane f | Banane f Bananen | plátano m | banana f | banana f | केला m ; e
bread | pain m | Brot n Brote | pan m | pane m | pão m pães | रोटी f ; e
cheese | fromage m | Käse m Käse | queso m | formaggio m | queijo m | पनीर m ; e
egg | œuf m | Ei n Eier | huevo m | uovo m uova | ovo m | अंडा m ; e
cake | gâteau m | Kuchen m Kuchen | pastel m | torta f | bolo m | केक m ; e
soup | soupe f | Suppe f Suppen | sopa f | zuppa f | sopa f | सूप m ; e
tomato,tomatoes | tomate f | Tomate f Tomaten | tomate m | pomodoro m | tomate m | टमाटर m ; e
potato,potatoes | pomme de terre f pommes de terre | Kartoffel f Kartoffeln | patata f | patata f | batata f | आलू m आलू ; e
salad | salade f | Salat m Salate | ensalada f | insalata f | salada f | सलाद m ; e
fish,fishes | poisson m | Fisch m Fische | pescado m | pesce m | peixe m | मछली f ; e
coffee | café m | Kaffee m Kaffees | café m | caffè m | café m | कॉफ़ी f ; d
tea | thé m | Tee m Tees | té m | tè m | chá m | चाय f ; d
milk | lait m | Milch f Milch | leche f | latte m | leite m | दूध m ; d
wine | vin m | Wein m Weine | vino m | vino m | vinho m | शराब f ; d
beer | bière f | Bier n Biere | cerveza f | birra f | cerveja f | बीयर f ; d
juice | jus m | Saft m Säfte | zumo m | succo m succhi | suco m | रस m ; d
book | livre m | Buch n Bücher | libro m | libro m | livro m | किताब f ; r
letter | lettre f | Brief m Briefe | carta f | lettera f | carta f | चिट्ठी f ; r
newspaper | journal m journaux | Zeitung f Zeitungen | periódico m | giornale m | jornal m | अख़बार m ; r
poem | poème m | Gedicht n Gedichte | poema m | poesia f | poema m | कविता f ; r
story | histoire f | Geschichte f Geschichten | historia f | storia f | história f | कहानी f ; r
report | rapport m | Bericht m Berichte | informe m | rapporto m | relatório m | रिपोर्ट f ; r
message | message m | Nachricht f Nachrichten | mensaje m | messaggio m | mensagem f | संदेश m ; r
email | courriel m | E-Mail f E-Mails | correo m | messaggio di posta m messaggi di posta | e-mail m | ईमेल m ; r
song | chanson f | Lied n Lieder | canción f | canzone f | canção f | गाना m ; s
film | film m | Film m Filme | película f | film m film | filme m | फ़िल्म f ; s
table | table f | Tisch m Tische | mesa f | tavolo m | mesa f | मेज़ f ; t
chair | chaise f | Stuhl m Stühle | silla f | sedia f | cadeira f | कुर्सी f ; t
lamp | lampe f | Lampe f Lampen | lámpara f | lampada f | lâmpada f | दीपक m ; t
key | clé f | Schlüssel m Schlüssel | llave f | chiave f | chave f | चाबी f ; t
window | fenêtre f | Fenster n Fenster | ventana f | finestra f | janela f | खिड़की f ; o
door | porte f | Tür f Türen | puerta f | porta f | porta f | दरवाज़ा m ; o
box | boîte f | Kiste f Kisten | caja f | scatola f | caixa f | डिब्बा m ; o
bag | sac m | Tasche f Taschen | bolsa f | borsa f | bolsa f | थैला m ; o
bottle | bouteille f | Flasche f Flaschen | botella f | bottiglia f | garrafa f | बोतल f ; o
glass | verre m | Glas n Gläser | vaso m | bicchiere m | copo m | गिलास m ; t
knife,knives | couteau m | Messer n Messer | cuchillo m | coltello m | faca f | चाकू m चाकू ; t
phone | téléphone m | Telefon n Telefone | teléfono m | telefono m | telefone m | फ़ोन m ; t
computer | ordinateur m | Computer m Computer | ordenador m | computer m computer | computador m | कंप्यूटर m ; t
camera | caméra f | Kamera f Kameras | cámara f | macchina fotografica f macchine fotografiche | câmera f | कैमरा m ; t
picture | image f | Bild n Bilder | imagen f imágenes | immagine f | imagem f | तस्वीर f ; t
ball | ballon m | Ball m Bälle | pelota f | palla f | bola f | गेंद f ; t
gift | cadeau m | Geschenk n Geschenke | regalo m | regalo m | presente m | तोहफ़ा m ; t
flower | fleur f | Blume f Blumen | flor f | fiore m | flor f | फूल m ; t
tree | arbre m | Baum m Bäume | árbol m | albero m | árvore f | पेड़ m ; t
stone | pierre f | Stein m Steine | piedra f | pietra f | pedra f | पत्थर m ; t
clock | horloge f | Uhr f Uhren | reloj m | orologio m | relógio m | घड़ी f ; t
mirror | miroir m | Spiegel m Spiegel | espejo m | specchio m specchi | espelho m | शीशा m ; t
map | carte f | Karte f Karten | mapa m | mappa f | mapa m | नक्शा m ; t
shirt | chemise f | Hemd n Hemden | camisa f | camicia f camicie | camisa f | कमीज़ f ; c
coat | manteau m | Mantel m Mäntel | abrigo m | cappotto m | casaco m | कोट m ; c
hat | chapeau m | Hut m Hüte | sombrero m | cappello m | chapéu m | टोपी f ; c
dress | robe f | Kleid n Kleider | vestido m | vestito m | vestido m | पोशाक f ; c
shoe | chaussure f | Schuh m Schuhe | zapato m | scarpa f | sapato m | जूता m ; c
car | voiture f | Auto n Autos | coche m | macchina f | carro m | गाड़ी f ; v
bicycle | vélo m | Fahrrad n Fahrräder | bicicleta f | bicicletta f | bicicleta f | साइकिल f ; v
boat | bateau m | Boot n Boote | barco m | barca f | barco m | नाव f ; v
train | train m | Zug m Züge | tren m | treno m | trem m | ट्रेन f ; w
bus | bus m | Bus m Busse | autobús m autobuses | autobus m autobus | ônibus m ônibus | बस f ; w
house | maison f | Haus n Häuser | casa f | casa f | casa f | घर m ; b
garden | jardin m | Garten m Gärten | jardín m | giardino m | jardim m | बगीचा m ; b
room | chambre f | Zimmer n Zimmer | habitación f | stanza f | quarto m | कमरा m ; b
church | église f | Kirche f Kirchen | iglesia f | chiesa f | igreja f | गिरजाघर m ; b
bridge | pont m | Brücke f Brücken | puente m | ponte m | ponte f | पुल m ; b
school | école f | Schule f Schulen | escuela f | scuola f | escola f | स्कूल m ; b
hotel | hôtel m | Hotel n Hotels | hotel m | albergo m alberghi | hotel m | होटल m ; b
shop | magasin m | Laden m Läden | tienda f | negozio m | loja f | दुकान f ; b
city | ville f | Stadt f Städte | ciudad f | città f città | cidade f | शहर m ; b
village | village m | Dorf n Dörfer | pueblo m | villaggio m | aldeia f | गाँव m ; b
street | rue f | Straße f Straßen | calle f | strada f | rua f | सड़क f ; b
river | rivière f | Fluss m Flüsse | río m | fiume m | rio m | नदी f ; b
mountain | montagne f | Berg m Berge | montaña f | montagna f | montanha f | पहाड़ m ; b
problem | problème m | Problem n Probleme | problema m | problema m problemi | problema m | समस्या f समस्याएँ ; m
question | question f | Frage f Fragen | pregunta f | domanda f | pergunta f | सवाल m ; m
answer | réponse f | Antwort f Antworten | respuesta f | risposta f | resposta f | जवाब m ; m
mistake | erreur f | Fehler m Fehler | error m | errore m | erro m | गलती f ; m
lesson | leçon f | Lektion f Lektionen | lección f | lezione f | lição f | पाठ m ; m
"""

# english | fr m f | de | es m [f] ser/estar | it | pt | hi ; kinds that it describes
ADJECTIVES = """
big | grand grande | groß | grande s | grande | grande s | बड़ा ; *
small | petit petite | klein | pequeño s | piccolo | pequeno s | छोटा ; *
new | nouveau nouvelle | neu | nuevo s | nuovo | novo s | नया ; trscvwbo
old | vieux vieille | alt | viejo s | vecchio | velho s | पुराना ; trscvwbopa
red | rouge | rot | rojo s | rosso | vermelho s | लाल ; tcvoe
blue | bleu bleue | blau | azul s | blu | azul s | नीला ; tcvo
green | vert verte | grün | verde s | verde | verde s | हरा ; tcvoe
white | blanc blanche | weiß | blanco s | bianco bianca bianchi bianche | branco s | सफ़ेद ; tcvoab
black | noir noire | schwarz | negro s | nero | preto s | काला ; tcvoa
beautiful | beau belle | schön | hermoso s | bello | bonito s | सुंदर ; *
expensive | cher chère | teuer | caro s | caro | caro s | महँगा ; tcvedob
cheap | bon marché bon marché | billig | barato s | economico economica economici economiche | barato s | सस्ता ; tcved
good | bon bonne | gut | bueno s | buono | bom boa bons boas s | अच्छा ; edrsm
bad | mauvais mauvaise | schlecht | malo s | cattivo | mau má maus más s | बुरा ; edrsm
fresh | frais fraîche | frisch | fresco s | fresco fresca freschi fresche | fresco s | ताज़ा ; ed
cold | froid froide | kalt | frío e | freddo | frio e | ठंडा ; edb
hot | chaud chaude | heiß | caliente e | caldo | quente e | गरम ; ed
long | long longue | lang | largo s | lungo lunga lunghi lunghe | longo s | लंबा ; rsbm
short | court courte | kurz | corto s | corto | curto s | छोटा ; rsm
interesting | intéressant intéressante | interessant | interesante s | interessante | interessante s | दिलचस्प ; rsm
difficult | difficile | schwierig | difícil s | difficile | difícil s | मुश्किल ; rm
easy | facile | einfach | fácil s | facile | fácil s | आसान ; rm
important | important importante | wichtig | importante s | importante | importante s | महत्वपूर्ण ; rmp
young | jeune | jung | joven,joven,jóvenes,jóvenes s | giovane | jovem s | जवान ; pa
happy | heureux heureuse | glücklich | feliz s | felice | feliz e | खुश ; p
sad | triste | traurig | triste e | triste | triste e | उदास ; p
tired | fatigué fatiguée | müde | cansado e | stanco stanca stanchi stanche | cansado e | थका हुआ ; pa
sick | malade | krank | enfermo e | malato | doente e | बीमार ; pa
rich | riche | reich | rico s | ricco ricca ricchi ricche | rico s | अमीर ; p
poor | pauvre | arm | pobre s | povero | pobre s | गरीब ; p
strong | fort forte | stark | fuerte s | forte | forte s | मज़बूत ; pa
slow | lent lente | langsam | lento s | lento | lento s | धीमा ; vwpa
fast | rapide | schnell | rápido s | veloce | rápido s | तेज़ ; vwpa
clean | propre | sauber | limpio e | pulito | limpo e | साफ़ ; tcvob
dirty | sale | schmutzig | sucio e | sporco sporca sporchi sporche | sujo e | गंदा ; tcvob
broken | cassé cassée | kaputt | roto e | rotto | quebrado e | टूटा ; tvo
heavy | lourd lourde | schwer | pesado s | pesante | pesado s | भारी ; to
empty | vide | leer | vacío e | vuoto | vazio e | खाली ; bow
open | ouvert ouverte | offen | abierto e | aperto | aberto e | खुला ; o
"""

# english past | fr | de | es | it | pt | hi ; kinds of object ("-": none)
# fr: infinitive[:je,tu,il,nous,ils][:participle][:future stem]   de: infinitive:participle[:du,er][:s]  ("a|b": separable; s: sein)
# es: infinitive[:five present][:five preterite]   it: infinitive:participle[:five present][:future stem]   pt: infinitive[:four present][:four preterite]
VERBS = """
buy bought | acheter:achète,achètes,achète,achetons,achètent::achèter | kaufen:gekauft | comprar | comprare:comprato | comprar | खरीद ; edrtcvwbo
sell sold | vendre:vends,vends,vend,vendons,vendent:vendu:vendr | verkaufen:verkauft | vender | vendere:venduto | vender | बेच ; edrtcvbo
eat ate | manger:mange,manges,mange,mangeons,mangent | essen:gegessen:isst,isst | comer | mangiare:mangiato:mangio,mangi,mangia,mangiamo,mangiano:manger | comer | खा ; e
drink drank | boire:bois,bois,boit,buvons,boivent:bu:boir | trinken:getrunken | beber | bere:bevuto:bevo,bevi,beve,beviamo,bevono:berr | beber | पी ; d
read read | lire:lis,lis,lit,lisons,lisent:lu:lir | lesen:gelesen:liest,liest | leer:leo,lees,lee,leemos,leen:leí,leíste,leyó,leímos,leyeron | leggere:letto | ler:leio,lê,lemos,leem:li,leu,lemos,leram | पढ़ ; r
write wrote | écrire:écris,écris,écrit,écrivons,écrivent:écrit:écrir | schreiben:geschrieben | escribir | scrivere:scritto | escrever | लिख ; r
see saw | voir:vois,vois,voit,voyons,voient:vu:verr | sehen:gesehen:siehst,sieht | ver:veo,ves,ve,vemos,ven:vi,viste,vio,vimos,vieron | vedere:visto:vedo,vedi,vede,vediamo,vedono:vedr | ver:vejo,vê,vemos,veem:vi,viu,vimos,viram | देख ; parstcvwbo
find found | trouver | finden:gefunden | encontrar:encuentro,encuentras,encuentra,encontramos,encuentran | trovare:trovato | encontrar | ढूँढ ; parstcvbom
lose lost | perdre:perds,perds,perd,perdons,perdent:perdu:perdr | verlieren:verloren | perder:pierdo,pierdes,pierde,perdemos,pierden | perdere:perso | perder:perco,perde,perdemos,perdem | खो ; artco
look_for looked_for | chercher | suchen:gesucht | buscar:busco,buscas,busca,buscamos,buscan:busqué,buscaste,buscó,buscamos,buscaron | cercare:cercato:cerco,cerchi,cerca,cerchiamo,cercano:cercher | procurar | तलाश कर ; parstcvbom
open opened | ouvrir:ouvre,ouvres,ouvre,ouvrons,ouvrent:ouvert:ouvrir | öffnen:geöffnet:öffnest,öffnet | abrir | aprire:aperto:apro,apri,apre,apriamo,aprono | abrir | खोल ; o
close closed | fermer | schließen:geschlossen:schließt,schließt | cerrar:cierro,cierras,cierra,cerramos,cierran | chiudere:chiuso | fechar | बंद कर ; o
clean cleaned | nettoyer:nettoie,nettoies,nettoie,nettoyons,nettoient::nettoier | putzen:geputzt:putzt,putzt | limpiar | pulire:pulito:pulisco,pulisci,pulisce,puliamo,puliscono | limpar | साफ़ कर ; tcvbo
wash washed | laver | waschen:gewaschen:wäschst,wäscht | lavar | lavare:lavato | lavar | धो ; acve
love loved | aimer | lieben:geliebt | amar | amare:amato | amar | x ; pas
hate hated | détester | hassen:gehasst:hasst,hasst | odiar | odiare:odiato:odio,odi,odia,odiamo,odiano:odier | odiar:odeio,odeia,odiamos,odeiam | x ; pasm
visit visited | visiter | besuchen:besucht | visitar | visitare:visitato | visitar | x ; b
call called | appeler:appelle,appelles,appelle,appelons,appellent::appeller | an|rufen:angerufen | llamar | chiamare:chiamato | chamar | बुला ; p
invite invited | inviter | ein|laden:eingeladen:lädst,lädt | invitar | invitare:invitato | convidar | बुला ; p
paint painted | peindre:peins,peins,peint,peignons,peignent:peint:peindr | malen:gemalt | pintar | dipingere:dipinto | pintar | रंग ; tboav
break broke | casser | zerbrechen:zerbrochen:zerbrichst,zerbricht | romper | rompere:rotto | quebrar | तोड़ ; to
repair repaired | réparer | reparieren:repariert | reparar | riparare:riparato | consertar | ठीक कर ; tvwo
bring brought | apporter | bringen:gebracht | traer:traigo,traes,trae,traemos,traen:traje,trajiste,trajo,trajimos,trajeron | portare:portato | trazer:trago,traz,trazemos,trazem:trouxe,trouxe,trouxemos,trouxeram | ला ; edrtco
carry carried | porter | tragen:getragen:trägst,trägt | llevar | trasportare:trasportato | carregar | उठा ; tco
send sent | envoyer:envoie,envoies,envoie,envoyons,envoient::enverr | schicken:geschickt | enviar:envío,envías,envía,enviamos,envían | inviare:inviato:invio,invii,invia,inviamo,inviano | enviar | भेज ; rt
receive received | recevoir:reçois,reçois,reçoit,recevons,reçoivent:reçu:recevr | erhalten:erhalten:erhältst,erhält | recibir | ricevere:ricevuto | receber | x ; rt
forget forgot | oublier | vergessen:vergessen:vergisst,vergisst | olvidar | dimenticare:dimenticato:dimentico,dimentichi,dimentica,dimentichiamo,dimenticano:dimenticher | esquecer:esqueço,esquece,esquecemos,esquecem | भूल ; rtcom
hear heard | entendre:entends,entends,entend,entendons,entendent:entendu:entendr | hören:gehört | oír:oigo,oyes,oye,oímos,oyen:oí,oíste,oyó,oímos,oyeron | sentire:sentito | ouvir:ouço,ouve,ouvimos,ouvem | सुन ; spa
sing sang | chanter | singen:gesungen | cantar | cantare:cantato | cantar | गा ; s
understand understood | comprendre:comprends,comprends,comprend,comprenons,comprennent:compris:comprendr | verstehen:verstanden | entender:entiendo,entiendes,entiende,entendemos,entienden | capire:capito:capisco,capisci,capisce,capiamo,capiscono | entender | समझ ; rsmp
explain explained | expliquer | erklären:erklärt | explicar:explico,explicas,explica,explicamos,explican:expliqué,explicaste,explicó,explicamos,explicaron | spiegare:spiegato:spiego,spieghi,spiega,spieghiamo,spiegano:spiegher | explicar:explico,explica,explicamos,explicam:expliquei,explicou,explicamos,explicaram | समझा ; rm
solve solved | résoudre:résous,résous,résout,résolvons,résolvent:résolu:résoudr | lösen:gelöst:löst,löst | resolver:resuelvo,resuelves,resuelve,resolvemos,resuelven | risolvere:risolto | resolver | हल कर ; m
use used | utiliser | benutzen:benutzt:benutzt,benutzt | usar | usare:usato | usar | इस्तेमाल कर ; tv
cook cooked | cuisiner | kochen:gekocht | cocinar | cucinare:cucinato | cozinhar | पका ; e
cut cut | couper | schneiden:geschnitten:schneidest,schneidet | cortar | tagliare:tagliato:taglio,tagli,taglia,tagliamo,tagliano | cortar | काट ; e
hide hid | cacher | verstecken:versteckt | esconder | nascondere:nascosto | esconder | छिपा ; rtco
touch touched | toucher | berühren:berührt | tocar:toco,tocas,toca,tocamos,tocan:toqué,tocaste,tocó,tocamos,tocaron | toccare:toccato:tocco,tocchi,tocca,tocchiamo,toccano:toccher | tocar:toco,toca,tocamos,tocam:toquei,tocou,tocamos,tocaram | छू ; at
photograph photographed | photographier | fotografieren:fotografiert | fotografiar:fotografío,fotografías,fotografía,fotografiamos,fotografían | fotografare:fotografato | fotografar | x ; pavwb
choose chose | choisir:choisis,choisis,choisit,choisissons,choisissent:choisi | wählen:gewählt | elegir:elijo,eliges,elige,elegimos,eligen:elegí,elegiste,eligió,elegimos,eligieron | scegliere:scelto:scelgo,scegli,sceglie,scegliamo,scelgono | escolher | चुन ; ercvtb
draw drew | dessiner | zeichnen:gezeichnet:zeichnest,zeichnet | dibujar | disegnare:disegnato | desenhar | बना ; abtv
learn learned | apprendre:apprends,apprends,apprend,apprenons,apprennent:appris:apprendr | lernen:gelernt | aprender | imparare:imparato | aprender | सीख ; ms
sleep slept | dormir:dors,dors,dort,dormons,dorment:dormi | schlafen:geschlafen:schläfst,schläft | dormir:duermo,duermes,duerme,dormimos,duermen:dormí,dormiste,durmió,dormimos,durmieron | dormire:dormito:dormo,dormi,dorme,dormiamo,dormono | dormir:durmo,dorme,dormimos,dormem | x ; -
work worked | travailler | arbeiten:gearbeitet:arbeitest,arbeitet | trabajar | lavorare:lavorato | trabalhar | x ; -
dance danced | danser | tanzen:getanzt:tanzt,tanzt | bailar | ballare:ballato | dançar:danço,dança,dançamos,dançam:dancei,dançou,dançamos,dançaram | x ; -
play played | jouer | spielen:gespielt | jugar:juego,juegas,juega,jugamos,juegan:jugué,jugaste,jugó,jugamos,jugaron | giocare:giocato:gioco,giochi,gioca,giochiamo,giocano:giocher | brincar:brinco,brinca,brincamos,brincam:brinquei,brincou,brincamos,brincaram | x ; -
wait waited | attendre:attends,attends,attend,attendons,attendent:attendu:attendr | warten:gewartet:wartest,wartet | esperar | aspettare:aspettato | esperar | x ; -
study studied | étudier | lernen:gelernt | estudiar | studiare:studiato:studio,studi,studia,studiamo,studiano:studier | estudar | x ; -
live lived | habiter | wohnen:gewohnt | vivir | abitare:abitato | morar | x ; -
"""
