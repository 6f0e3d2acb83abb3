/** Two paragraphs of a travel policy in many languages, written for these tests: one of some length, one short. */
export const LANGUAGE_TEXTS: Readonly<Record<string, readonly [string, string]>> = {
  ar: [
    "يجب على الموظفين تقديم إيصالاتهم إلى قسم المالية في غضون ثلاثين يوما بعد نهاية الرحلة. لا يتم سداد النفقات التي لا توجد لها إيصالات إلا إذا وافق المدير على ذلك كتابة قبل السفر.",
    "يوافق المدير على الرحلة قبل شراء التذاكر، ولا يجوز له أن يوافق على رحلته هو.",
  ],
  bg: [
    "Служителите трябва да представят разписките си във финансовия отдел до тридесет дни след края на пътуването. Разходи без разписка не се възстановяват, освен ако ръководителят не е одобрил това писмено преди заминаването.",
    "Ръководителят одобрява пътуването преди покупката на билетите и не може да одобри своето собствено пътуване.",
  ],
  ca: [
    "Els empleats han de presentar els rebuts al departament de finances en un termini de trenta dies després del viatge. Les despeses sense rebut no són reemborsades, llevat que el responsable ho hagi aprovat per escrit abans de la sortida.",
    "El responsable aprova el viatge abans de la compra dels bitllets, i no pot aprovar mai els seus propis viatges amb aquesta norma.",
  ],
  cs: [
    "Zaměstnanci musí předložit své účtenky finančnímu oddělení do třiceti dnů po skončení cesty. Výdaje, ke kterým není účtenka, se neproplácejí, pokud je vedoucí před odjezdem písemně neschválil.",
    "Vedoucí schvaluje cestu před nákupem jízdenek a nemůže schválit svou vlastní cestu, protože by to nebylo v souladu s těmito pravidly.",
  ],
  da: [
    "Medarbejderne skal aflevere deres kvitteringer til økonomiafdelingen inden for tredive dage efter rejsens afslutning. Udgifter uden kvittering bliver ikke refunderet, medmindre lederen har godkendt dem skriftligt før afrejsen.",
    "Lederen godkender rejsen, før billetterne bliver købt, og må ikke godkende sin egen rejse, hvad der også gælder for korte ture.",
  ],
  de: [
    "Die Mitarbeiter müssen ihre Belege innerhalb von dreißig Tagen nach dem Ende der Reise bei der Finanzabteilung einreichen. Ausgaben ohne Beleg werden nicht erstattet, es sei denn, die Führungskraft hat sie vor der Reise schriftlich genehmigt.",
    "Die Führungskraft genehmigt die Reise vor dem Kauf der Fahrkarten und darf ihre eigene Reise nicht genehmigen.",
  ],
  el: [
    "Οι εργαζόμενοι πρέπει να υποβάλλουν τις αποδείξεις τους στο οικονομικό τμήμα εντός τριάντα ημερών από το τέλος του ταξιδιού. Έξοδα χωρίς απόδειξη δεν επιστρέφονται.",
    "Ο προϊστάμενος εγκρίνει το ταξίδι πριν από την αγορά των εισιτηρίων και ποτέ το δικό του.",
  ],
  en: [
    "Employees must submit their receipts to the finance department within thirty days after the end of the trip. Expenses without a receipt are not reimbursed unless the manager approved them in writing before departure.",
    "The manager approves the trip before the tickets are bought, and may not approve a trip of her own.",
  ],
  es: [
    "Los empleados deben presentar sus recibos al departamento de finanzas en un plazo de treinta días después del final del viaje. Los gastos sin recibo no se reembolsan, salvo que el responsable los haya aprobado por escrito antes de la salida.",
    "El responsable aprueba el viaje antes de la compra de los billetes y no puede aprobar sus propios viajes.",
  ],
  fi: [
    "Työntekijöiden on toimitettava kuittinsa talousosastolle kolmenkymmenen päivän kuluessa matkan päättymisestä. Kuluja, joista ei ole kuittia, ei korvata, ellei esimies ole hyväksynyt niitä kirjallisesti ennen lähtöä.",
    "Esimies hyväksyy matkan ennen kuin liput ostetaan, eikä hän voi hyväksyä omaa matkaansa, vaikka se olisi lyhyt.",
  ],
  fr: [
    "Les employés doivent remettre leurs reçus au service financier dans les trente jours qui suivent la fin du voyage. Les dépenses sans reçu ne sont pas remboursées, sauf si le responsable les a approuvées par écrit avant le départ.",
    "Le responsable approuve le voyage avant l'achat des billets et ne peut pas approuver ses propres voyages.",
  ],
  he: [
    "על העובדים להגיש את הקבלות שלהם למחלקת הכספים בתוך שלושים יום מסיום הנסיעה. הוצאות ללא קבלה אינן מוחזרות אלא אם המנהל אישר אותן בכתב.",
    "המנהל מאשר את הנסיעה לפני רכישת הכרטיסים ואינו רשאי לאשר נסיעה שלו עצמו.",
  ],
  hi: [
    "कर्मचारियों को यात्रा के बाद तीस दिनों के भीतर अपनी रसीदें वित्त विभाग को देनी होंगी। जिन खर्चों की रसीद नहीं है, उनका भुगतान नहीं किया जाएगा, जब तक कि प्रबंधक ने लिखित रूप में अनुमति न दी हो।",
    "प्रबंधक टिकट खरीदने से पहले यात्रा की अनुमति देता है और वह अपनी यात्रा की अनुमति नहीं दे सकता है।",
  ],
  hu: [
    "A munkavállalóknak az út vége után harminc napon belül kell benyújtaniuk a bizonylataikat a pénzügyi osztálynak. A bizonylat nélküli költségeket nem térítik meg, ha a vezető az indulás előtt nem hagyta jóvá azokat írásban.",
    "A vezető az utat a jegyek megvásárlása előtt hagyja jóvá, és nem hagyhatja jóvá a saját útját, még akkor sem, ha az csak egy napos.",
  ],
  it: [
    "I dipendenti devono presentare le ricevute al reparto finanziario entro trenta giorni dalla fine del viaggio. Le spese senza ricevuta non sono rimborsate, a meno che il responsabile non le abbia approvate per iscritto prima della partenza.",
    "Il responsabile approva il viaggio prima dell'acquisto dei biglietti e non può approvare i suoi viaggi.",
  ],
  ja: [
    "従業員は出張の終了後三十日以内に領収書を経理部に提出しなければなりません。領収書のない費用は、出発前に管理者が書面で承認した場合を除き、払い戻されません。",
    "管理者は切符を購入する前に出張を承認しますが、自分の出張を承認することはできません。",
  ],
  ko: [
    "직원은 출장이 끝난 후 삼십 일 이내에 영수증을 재무 부서에 제출해야 합니다. 영수증이 없는 비용은 출발 전에 관리자가 서면으로 승인한 경우를 제외하고 환급되지 않습니다.",
    "관리자는 표를 구입하기 전에 출장을 승인하며 자신의 출장은 승인할 수 없습니다.",
  ],
  nl: [
    "De medewerkers moeten hun bonnen binnen dertig dagen na het einde van de reis bij de financiële afdeling indienen. Kosten zonder bon worden niet vergoed, tenzij de leidinggevende ze vóór het vertrek schriftelijk heeft goedgekeurd.",
    "De leidinggevende keurt de reis goed voordat de kaartjes worden gekocht en mag zijn eigen reis niet goedkeuren.",
  ],
  no: [
    "De ansatte må levere kvitteringene sine til økonomiavdelingen innen tretti dager etter at reisen er slutt. Utgifter uten kvittering blir ikke dekket, med mindre lederen har godkjent dem skriftlig før avreisen, noe som gjelder alle.",
    "Lederen godkjenner reisen før billettene blir kjøpt opp, og kan ikke godkjenne noen av sine egne reiser, hva de enn koster.",
  ],
  pl: [
    "Pracownicy muszą złożyć rachunki w dziale finansowym w ciągu trzydziestu dni po zakończeniu podróży. Wydatki, do których nie ma rachunku, nie są zwracane, chyba że kierownik zatwierdził je na piśmie przed wyjazdem.",
    "Kierownik zatwierdza podróż przed zakupem biletów i nie może zatwierdzić swojej podróży, nawet jeśli jest bardzo krótka.",
  ],
  pt: [
    "Os empregados devem entregar os seus recibos ao departamento financeiro até trinta dias depois do fim da viagem. As despesas sem recibo não são reembolsadas, a não ser que o responsável as tenha aprovado por escrito antes da partida.",
    "O responsável aprova a viagem antes da compra dos bilhetes e não pode aprovar as suas próprias viagens.",
  ],
  ro: [
    "Angajații trebuie să predea chitanțele la departamentul financiar în termen de treizeci de zile după încheierea călătoriei. Cheltuielile fără chitanță nu sunt rambursate, decât dacă șeful le-a aprobat în scris înainte de plecare.",
    "Șeful aprobă călătoria înainte de cumpărarea biletelor și nu poate aproba călătoria lui, oricât ar fi de scurtă.",
  ],
  ru: [
    "Сотрудники должны сдать чеки в финансовый отдел в течение тридцати дней после окончания поездки. Расходы без чека не возмещаются, если руководитель не одобрил их письменно до отъезда.",
    "Руководитель одобряет поездку до покупки билетов и не может одобрить свою собственную поездку.",
  ],
  sv: [
    "De anställda ska lämna in sina kvitton till ekonomiavdelningen inom trettio dagar efter att resan har avslutats. Utgifter utan kvitto ersätts inte, om chefen inte har godkänt dem skriftligt före avresan.",
    "Chefen godkänner resan innan biljetterna köps och får inte godkänna sin egen resa, även om den är kort.",
  ],
  th: [
    "พนักงานต้องส่งใบเสร็จรับเงินให้ฝ่ายการเงินภายในสามสิบวันหลังจากสิ้นสุดการเดินทาง ค่าใช้จ่ายที่ไม่มีใบเสร็จจะไม่ได้รับการชดเชย",
    "ผู้จัดการอนุมัติการเดินทางก่อนการซื้อตั๋ว และไม่สามารถอนุมัติการเดินทางของตนเองได้",
  ],
  tr: [
    "Çalışanlar makbuzlarını seyahatin bitiminden sonra otuz gün içinde mali işler bölümüne teslim etmelidir. Makbuzu olmayan giderler, yönetici yola çıkmadan önce yazılı olarak onaylamadığı sürece geri ödenmez ve bu kural her çalışan için geçerlidir.",
    "Yönetici seyahati biletler alınmadan önce onaylar, ama kendi seyahatini bir gün bile olsa onaylayamaz ve bu çok önemli.",
  ],
  uk: [
    "Працівники повинні здати чеки до фінансового відділу протягом тридцяти днів після закінчення поїздки. Витрати без чека не відшкодовуються, якщо керівник не схвалив їх письмово перед від'їздом.",
    "Керівник схвалює поїздку до купівлі квитків і не може схвалити свою власну поїздку, якщо вона коротка.",
  ],
  vi: [
    "Nhân viên phải nộp biên lai cho phòng tài chính trong vòng ba mươi ngày sau khi kết thúc chuyến đi. Các chi phí không có biên lai sẽ không được hoàn trả, trừ khi người quản lý đã chấp thuận bằng văn bản trước khi đi.",
    "Người quản lý phê duyệt chuyến đi trước khi mua vé và không được phê duyệt chuyến đi của chính mình.",
  ],
  zh: [
    "员工必须在出差结束后三十天内将收据提交给财务部门。没有收据的费用不予报销，除非经理在出发前以书面形式批准。",
    "经理在购买车票之前批准出差，并且不得批准自己的出差，即使只有一天也不行，这一规定适用于所有员工。",
  ],
};
