"""Fixed parts of the translator's sentences, written by hand: places, ways, times, whole phrases. One line: en | fr | de | es | it | pt | hi."""

PLACES = """
in the kitchen | dans la cuisine | in der Küche | en la cocina | in cucina | na cozinha | रसोई में
in the garden | dans le jardin | im Garten | en el jardín | nel giardino | no jardim | बगीचे में
in the park | dans le parc | im Park | en el parque | nel parco | no parque | पार्क में
in the city | dans la ville | in der Stadt | en la ciudad | in città | na cidade | शहर में
in the village | dans le village | im Dorf | en el pueblo | nel villaggio | na aldeia | गाँव में
at the market | au marché | auf dem Markt | en el mercado | al mercato | no mercado | बाज़ार में
at the station | à la gare | am Bahnhof | en la estación | alla stazione | na estação | स्टेशन पर
at school | à l'école | in der Schule | en la escuela | a scuola | na escola | स्कूल में
at home | à la maison | zu Hause | en casa | a casa | em casa | घर पर
in the street | dans la rue | auf der Straße | en la calle | per strada | na rua | सड़क पर
in the house | dans la maison | im Haus | en la casa | nella casa | na casa | घर में
in the restaurant | au restaurant | im Restaurant | en el restaurante | al ristorante | no restaurante | रेस्तराँ में
in the office | au bureau | im Büro | en la oficina | in ufficio | no escritório | दफ़्तर में
in the library | à la bibliothèque | in der Bibliothek | en la biblioteca | in biblioteca | na biblioteca | पुस्तकालय में
in the forest | dans la forêt | im Wald | en el bosque | nel bosco | na floresta | जंगल में
on the beach | sur la plage | am Strand | en la playa | sulla spiaggia | na praia | समुद्र तट पर
near the river | près de la rivière | in der Nähe des Flusses | cerca del río | vicino al fiume | perto do rio | नदी के पास
near the bridge | près du pont | in der Nähe der Brücke | cerca del puente | vicino al ponte | perto da ponte | पुल के पास
in the hospital | à l'hôpital | im Krankenhaus | en el hospital | in ospedale | no hospital | अस्पताल में
in the museum | au musée | im Museum | en el museo | nel museo | no museu | संग्रहालय में
in Paris | à Paris | in Paris | en París | a Parigi | em Paris | पेरिस में
in London | à Londres | in London | en Londres | a Londra | em Londres | लंदन में
in Berlin | à Berlin | in Berlin | en Berlín | a Berlino | em Berlim | बर्लिन में
in Italy | en Italie | in Italien | en Italia | in Italia | na Itália | इटली में
"""

WAYS = """
to the market | au marché | zum Markt | al mercado | al mercato | ao mercado
to school | à l'école | zur Schule | a la escuela | a scuola | à escola
to the station | à la gare | zum Bahnhof | a la estación | alla stazione | à estação
to the beach | à la plage | zum Strand | a la playa | in spiaggia | à praia
to the park | au parc | in den Park | al parque | al parco | ao parque
to the hospital | à l'hôpital | ins Krankenhaus | al hospital | in ospedale | ao hospital
to the office | au bureau | ins Büro | a la oficina | in ufficio | ao escritório
to the museum | au musée | ins Museum | al museo | al museo | ao museu
to the church | à l'église | zur Kirche | a la iglesia | in chiesa | à igreja
to Paris | à Paris | nach Paris | a París | a Parigi | a Paris
to London | à Londres | nach London | a Londres | a Londra | a Londres
to the restaurant | au restaurant | ins Restaurant | al restaurante | al ristorante | ao restaurante
to the library | à la bibliothèque | in die Bibliothek | a la biblioteca | in biblioteca | à biblioteca
home | à la maison | nach Hause | a casa | a casa | para casa
"""

# The tenses that go with each: p present, a past, f future.
TIMES = """
every day | tous les jours | jeden Tag | todos los días | ogni giorno | todos os dias | हर दिन ; p
today | aujourd'hui | heute | hoy | oggi | hoje | आज ; pf
now | maintenant | jetzt | ahora | adesso | agora | अभी ; p
often | souvent | oft | a menudo | spesso | frequentemente | अक्सर ; p
yesterday | hier | gestern | ayer | ieri | ontem | कल ; a
last week | la semaine dernière | letzte Woche | la semana pasada | la settimana scorsa | na semana passada | पिछले हफ़्ते ; a
last year | l'année dernière | letztes Jahr | el año pasado | l'anno scorso | no ano passado | पिछले साल ; a
this morning | ce matin | heute Morgen | esta mañana | questa mattina | esta manhã | आज सुबह ; a
tomorrow | demain | morgen | mañana | domani | amanhã | कल ; f
next week | la semaine prochaine | nächste Woche | la próxima semana | la settimana prossima | na próxima semana | अगले हफ़्ते ; f
next year | l'année prochaine | nächstes Jahr | el próximo año | l'anno prossimo | no próximo ano | अगले साल ; f
on Monday | lundi | am Montag | el lunes | lunedì | na segunda-feira | सोमवार को ; paf
on Friday | vendredi | am Freitag | el viernes | venerdì | na sexta-feira | शुक्रवार को ; paf
on Sunday | dimanche | am Sonntag | el domingo | domenica | no domingo | रविवार को ; paf
in the evening | le soir | am Abend | por la tarde | di sera | à noite | शाम को ; p
"""

NUMBERS = """
two | deux | zwei | dos | due | dois duas | दो
three | trois | drei | tres | tre | três | तीन
four | quatre | vier | cuatro | quattro | quatro | चार
five | cinq | fünf | cinco | cinque | cinco | पाँच
six | six | sechs | seis | sei | seis | छह
seven | sept | sieben | siete | sette | sete | सात
eight | huit | acht | ocho | otto | oito | आठ
nine | neuf | neun | nueve | nove | nove | नौ
ten | dix | zehn | diez | dieci | dez | दस
"""

PHRASES = """
Hello. | Bonjour. | Hallo. | Hola. | Ciao. | Olá. | नमस्ते।
Hello! | Bonjour ! | Hallo! | ¡Hola! | Ciao! | Olá! | नमस्ते!
Hello | Bonjour | Hallo | Hola | Ciao | Olá | नमस्ते
Hello, world! | Bonjour, le monde ! | Hallo, Welt! | ¡Hola, mundo! | Ciao, mondo! | Olá, mundo! | नमस्ते, दुनिया!
Hello world | Bonjour le monde | Hallo Welt | Hola mundo | Ciao mondo | Olá mundo | नमस्ते दुनिया
Hello, how are you? | Bonjour, comment vas-tu ? | Hallo, wie geht es dir? | Hola, ¿cómo estás? | Ciao, come stai? | Olá, como você está? | नमस्ते, आप कैसे हैं?
How are you? | Comment vas-tu ? | Wie geht es dir? | ¿Cómo estás? | Come stai? | Como você está? | आप कैसे हैं?
Good morning. | Bonjour. | Guten Morgen. | Buenos días. | Buongiorno. | Bom dia. | सुप्रभात।
Good morning! | Bonjour ! | Guten Morgen! | ¡Buenos días! | Buongiorno! | Bom dia! | सुप्रभात!
Good evening. | Bonsoir. | Guten Abend. | Buenas noches. | Buonasera. | Boa noite. | शुभ संध्या।
Good night. | Bonne nuit. | Gute Nacht. | Buenas noches. | Buonanotte. | Boa noite. | शुभ रात्रि।
Goodbye. | Au revoir. | Auf Wiedersehen. | Adiós. | Arrivederci. | Adeus. | अलविदा।
See you tomorrow. | À demain. | Bis morgen. | Hasta mañana. | A domani. | Até amanhã. | कल मिलते हैं।
See you soon. | À bientôt. | Bis bald. | Hasta pronto. | A presto. | Até logo. | जल्द मिलते हैं।
Thank you. | Merci. | Danke. | Gracias. | Grazie. | Obrigado. | धन्यवाद।
Thank you very much. | Merci beaucoup. | Vielen Dank. | Muchas gracias. | Grazie mille. | Muito obrigado. | बहुत धन्यवाद।
Thank you for your help. | Merci pour ton aide. | Danke für deine Hilfe. | Gracias por tu ayuda. | Grazie per il tuo aiuto. | Obrigado pela sua ajuda. | आपकी मदद के लिए धन्यवाद।
You are welcome. | De rien. | Gern geschehen. | De nada. | Prego. | De nada. | आपका स्वागत है।
Please. | S'il te plaît. | Bitte. | Por favor. | Per favore. | Por favor. | कृपया।
Excuse me. | Excusez-moi. | Entschuldigung. | Disculpe. | Mi scusi. | Com licença. | माफ़ कीजिए।
I am sorry. | Je suis désolé. | Es tut mir leid. | Lo siento. | Mi dispiace. | Sinto muito. | मुझे खेद है।
Yes. | Oui. | Ja. | Sí. | Sì. | Sim. | हाँ।
No. | Non. | Nein. | No. | No. | Não. | नहीं।
What is your name? | Comment t'appelles-tu ? | Wie heißt du? | ¿Cómo te llamas? | Come ti chiami? | Qual é o seu nome? | आपका नाम क्या है?
Where do you live? | Où habites-tu ? | Wo wohnst du? | ¿Dónde vives? | Dove abiti? | Onde você mora? | आप कहाँ रहते हैं?
Where are you from? | D'où viens-tu ? | Woher kommst du? | ¿De dónde eres? | Di dove sei? | De onde você é? | आप कहाँ से हैं?
Where is the station? | Où est la gare ? | Wo ist der Bahnhof? | ¿Dónde está la estación? | Dov'è la stazione? | Onde fica a estação? | स्टेशन कहाँ है?
Where is the hotel? | Où est l'hôtel ? | Wo ist das Hotel? | ¿Dónde está el hotel? | Dov'è l'albergo? | Onde fica o hotel? | होटल कहाँ है?
Where is the bathroom? | Où sont les toilettes ? | Wo ist die Toilette? | ¿Dónde está el baño? | Dov'è il bagno? | Onde fica o banheiro? | शौचालय कहाँ है?
Where is the library? | Où est la bibliothèque ? | Wo ist die Bibliothek? | ¿Dónde está la biblioteca? | Dov'è la biblioteca? | Onde fica a biblioteca? | पुस्तकालय कहाँ है?
How much does it cost? | Combien ça coûte ? | Wie viel kostet das? | ¿Cuánto cuesta? | Quanto costa? | Quanto custa? | इसकी कीमत क्या है?
How much is this? | Combien ça coûte ? | Wie viel kostet das? | ¿Cuánto cuesta? | Quanto costa? | Quanto custa? | यह कितने का है?
What time is it? | Quelle heure est-il ? | Wie spät ist es? | ¿Qué hora es? | Che ore sono? | Que horas são? | क्या समय हुआ है?
How old are you? | Quel âge as-tu ? | Wie alt bist du? | ¿Cuántos años tienes? | Quanti anni hai? | Quantos anos você tem? | आपकी उम्र क्या है?
What is this? | Qu'est-ce que c'est ? | Was ist das? | ¿Qué es esto? | Che cos'è? | O que é isto? | यह क्या है?
Who are you? | Qui es-tu ? | Wer bist du? | ¿Quién eres? | Chi sei? | Quem é você? | आप कौन हैं?
I do not understand. | Je ne comprends pas. | Ich verstehe nicht. | No entiendo. | Non capisco. | Eu não entendo. | मैं नहीं समझता।
I don't understand. | Je ne comprends pas. | Ich verstehe nicht. | No entiendo. | Non capisco. | Eu não entendo. | मैं नहीं समझता।
I don't know. | Je ne sais pas. | Ich weiß nicht. | No lo sé. | Non lo so. | Eu não sei. | मुझे नहीं पता।
I love you. | Je t'aime. | Ich liebe dich. | Te quiero. | Ti amo. | Eu te amo. | मैं तुमसे प्यार करता हूँ।
I love you | Je t'aime | Ich liebe dich | Te quiero | Ti amo | Eu te amo | मैं तुमसे प्यार करता हूँ
I am hungry. | J'ai faim. | Ich habe Hunger. | Tengo hambre. | Ho fame. | Estou com fome. | मुझे भूख लगी है।
I am thirsty. | J'ai soif. | Ich habe Durst. | Tengo sed. | Ho sete. | Estou com sede. | मुझे प्यास लगी है।
I need help. | J'ai besoin d'aide. | Ich brauche Hilfe. | Necesito ayuda. | Ho bisogno di aiuto. | Eu preciso de ajuda. | मुझे मदद चाहिए।
Can you help me? | Peux-tu m'aider ? | Kannst du mir helfen? | ¿Puedes ayudarme? | Puoi aiutarmi? | Você pode me ajudar? | क्या आप मेरी मदद कर सकते हैं?
Do you speak English? | Parles-tu anglais ? | Sprichst du Englisch? | ¿Hablas inglés? | Parli inglese? | Você fala inglês? | क्या आप अंग्रेज़ी बोलते हैं?
I speak a little French. | Je parle un peu français. | Ich spreche ein wenig Französisch. | Hablo un poco de francés. | Parlo un po' di francese. | Eu falo um pouco de francês. | मैं थोड़ी फ़्रेंच बोलता हूँ।
My name is Anna. | Je m'appelle Anna. | Ich heiße Anna. | Me llamo Anna. | Mi chiamo Anna. | Meu nome é Anna. | मेरा नाम अन्ना है।
Nice to meet you. | Enchanté. | Freut mich. | Encantado. | Piacere. | Prazer em conhecê-lo. | आपसे मिलकर खुशी हुई।
Welcome! | Bienvenue ! | Willkommen! | ¡Bienvenido! | Benvenuto! | Bem-vindo! | स्वागत है!
Congratulations! | Félicitations ! | Herzlichen Glückwunsch! | ¡Felicidades! | Congratulazioni! | Parabéns! | बधाई हो!
Happy birthday! | Joyeux anniversaire ! | Alles Gute zum Geburtstag! | ¡Feliz cumpleaños! | Buon compleanno! | Feliz aniversário! | जन्मदिन मुबारक हो!
Good luck! | Bonne chance ! | Viel Glück! | ¡Buena suerte! | Buona fortuna! | Boa sorte! | शुभकामनाएँ!
Have a nice day! | Bonne journée ! | Einen schönen Tag! | ¡Que tengas un buen día! | Buona giornata! | Tenha um bom dia! | आपका दिन शुभ हो!
The weather is nice today. | Il fait beau aujourd'hui. | Das Wetter ist heute schön. | Hoy hace buen tiempo. | Oggi fa bel tempo. | O tempo está bom hoje. | आज मौसम अच्छा है।
It is raining. | Il pleut. | Es regnet. | Está lloviendo. | Piove. | Está chovendo. | बारिश हो रही है।
It is cold today. | Il fait froid aujourd'hui. | Es ist heute kalt. | Hoy hace frío. | Oggi fa freddo. | Está frio hoje. | आज ठंड है।
It is hot today. | Il fait chaud aujourd'hui. | Es ist heute heiß. | Hoy hace calor. | Oggi fa caldo. | Está quente hoje. | आज गर्मी है।
The sun is shining. | Le soleil brille. | Die Sonne scheint. | El sol brilla. | Il sole splende. | O sol está brilhando. | सूरज चमक रहा है।
I would like a coffee, please. | Je voudrais un café, s'il vous plaît. | Ich möchte bitte einen Kaffee. | Quisiera un café, por favor. | Vorrei un caffè, per favore. | Eu gostaria de um café, por favor. | मुझे एक कॉफ़ी चाहिए।
I would like a beer, please. | Je voudrais une bière, s'il vous plaît. | Ich möchte bitte ein Bier. | Quisiera una cerveza, por favor. | Vorrei una birra, per favore. | Eu gostaria de uma cerveja, por favor. | मुझे एक बीयर चाहिए।
The bill, please. | L'addition, s'il vous plaît. | Die Rechnung, bitte. | La cuenta, por favor. | Il conto, per favore. | A conta, por favor. | कृपया बिल दीजिए।
I'll have an order of the moule frites | Je prendrai une portion de moules frites | Ich nehme eine Portion Muscheln mit Pommes frites | Tomaré una ración de mejillones con patatas fritas | Prendo una porzione di cozze con patatine fritte | Vou querer uma porção de mexilhões com batatas fritas | मैं मूल फ़्रीट्स की एक प्लेट लूँगा
This is a test. | Ceci est un test. | Das ist ein Test. | Esto es una prueba. | Questo è un test. | Isto é um teste. | यह एक परीक्षा है।
I am a student. | Je suis étudiant. | Ich bin Student. | Soy estudiante. | Sono uno studente. | Eu sou estudante. | मैं छात्र हूँ।
I am a doctor. | Je suis médecin. | Ich bin Arzt. | Soy médico. | Sono un medico. | Eu sou médico. | मैं डॉक्टर हूँ।
Of course. | Bien sûr. | Natürlich. | Por supuesto. | Certo. | Claro. | बिल्कुल।
Maybe. | Peut-être. | Vielleicht. | Tal vez. | Forse. | Talvez. | शायद।
No problem. | Pas de problème. | Kein Problem. | No hay problema. | Nessun problema. | Sem problema. | कोई बात नहीं।
Everything is fine. | Tout va bien. | Alles ist gut. | Todo está bien. | Va tutto bene. | Está tudo bem. | सब ठीक है।
I am fine, thank you. | Je vais bien, merci. | Mir geht es gut, danke. | Estoy bien, gracias. | Sto bene, grazie. | Estou bem, obrigado. | मैं ठीक हूँ, धन्यवाद।
The train leaves at eight o'clock. | Le train part à huit heures. | Der Zug fährt um acht Uhr ab. | El tren sale a las ocho. | Il treno parte alle otto. | O trem parte às oito horas. | ट्रेन आठ बजे निकलती है।
We are at home. | Nous sommes à la maison. | Wir sind zu Hause. | Estamos en casa. | Siamo a casa. | Nós estamos em casa. | हम घर पर हैं।
I have a question. | J'ai une question. | Ich habe eine Frage. | Tengo una pregunta. | Ho una domanda. | Eu tenho uma pergunta. | मेरा एक सवाल है।
What are you doing? | Que fais-tu ? | Was machst du? | ¿Qué haces? | Che cosa fai? | O que você está fazendo? | आप क्या कर रहे हैं?
I don't like it. | Je n'aime pas ça. | Das gefällt mir nicht. | No me gusta. | Non mi piace. | Eu não gosto disso. | मुझे यह पसंद नहीं है।
I like music. | J'aime la musique. | Ich mag Musik. | Me gusta la música. | Mi piace la musica. | Eu gosto de música. | मुझे संगीत पसंद है।
I like this book. | J'aime ce livre. | Ich mag dieses Buch. | Me gusta este libro. | Mi piace questo libro. | Eu gosto deste livro. | मुझे यह किताब पसंद है।
"""
