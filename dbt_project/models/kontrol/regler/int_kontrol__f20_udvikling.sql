{{ config(materialized='table') }}
{% set g = graenser() %}
-- Three notes on how a figure has moved.
-- F7 (Hidiroglou-Berthelot): the movement from the month before against that of the other kommuner,
-- where the kommune has too short a history of its own for F6.
-- F12: a cell revised by more than is usual for its age and size.
-- F20: a slow error. Movements a little to the same side of the region's, month after month, are
-- added up (CUSUM) over the last year.

with historik as (
    select * from {{ ref('int_kontrol__historik') }}
),

forventning as (
    select * from {{ ref('int_kontrol__forventning') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
),

celler as (
    select * from {{ ref('int_kontrol__celler') }}
),

grupper as (
    select * from {{ ref('grupper') }}
    where gruppe_art in ('klynge', 'region')
),

revision as (
    select * from {{ ref('revision_forventet') }}
    where frigivelse is not null and omraade_kode is null
),

-- What was known of the months before, what is judged of the newest.
raekker as (
    select
        historik.scenarie,
        serier.kilde,
        serier.tabel_id,
        historik.serie_id,
        historik.periode_nr,
        historik.omraade_nr,
        historik.doemmes,
        historik.er_efter_brud,
        serier.sidste_nr,
        case when historik.doemmes then historik.vaerdi else historik.kendt end as vaerdi
    from historik
    inner join serier
        on historik.serie_id = serier.serie_id
    where
        historik.er_tal
        and historik.serie_median >= {{ graense(g, 'f6_median_mindst') }}
        -- Quarters of population drift by nature.
        and serier.pr_aar = 12
),

med_foer as (
    select
        *,
        case
            when lag(periode_nr) over raekke = periode_nr - 1 and not coalesce(er_efter_brud, false)
                then lag(vaerdi) over raekke
        end as foer
    from raekker
    window raekke as (partition by scenarie, serie_id, omraade_nr order by periode_nr)
),

-- F7 ---------------------------------------------------------------------------------------------
doemte_maaneder as (
    select
        scenarie,
        serie_id,
        periode_nr
    from med_foer
    where doemmes
    group by scenarie, serie_id, periode_nr
),

seriens_kommuner as (
    select
        scenarie,
        serie_id,
        count(distinct omraade_nr) as alle_kommuner
    from med_foer
    where vaerdi is not null and foer is not null
    group by scenarie, serie_id
),

forhold as (
    select
        med_foer.*,
        seriens_kommuner.alle_kommuner,
        median(med_foer.vaerdi / med_foer.foer) over maaned as midt,
        med_foer.vaerdi / med_foer.foer as r,
        count(*) over maaned as kommuner
    from med_foer
    semi join doemte_maaneder
        on
            med_foer.scenarie = doemte_maaneder.scenarie
            and med_foer.serie_id = doemte_maaneder.serie_id
            and med_foer.periode_nr = doemte_maaneder.periode_nr
    inner join seriens_kommuner
        on
            med_foer.scenarie = seriens_kommuner.scenarie
            and med_foer.serie_id = seriens_kommuner.serie_id
    where med_foer.vaerdi > 0 and med_foer.foer > 0
    window
        maaned as (
            partition by med_foer.scenarie, med_foer.serie_id, med_foer.periode_nr
        )
),

virkninger as (
    select
        *,
        case when r < midt then 1 - midt / r else r / midt - 1 end
        * power(greatest(vaerdi, foer), {{ graense(g, 'f7_u') }}) as e
    from forhold
    where
        kommuner >= {{ graense(g, 'f16_kommuner_mindst') }}
        -- The movement of a few is not that of all.
        and kommuner >= {{ graense(g, 'historik_daekning_mindst') }} * alle_kommuner
),

kvartiler as (
    select
        scenarie,
        serie_id,
        periode_nr,
        median(e) as e_midt,
        quantile_cont(e, 0.25) as e_nedre,
        quantile_cont(e, 0.75) as e_oevre
    from virkninger
    group by scenarie, serie_id, periode_nr
),

hb as (
    select
        virkninger.scenarie,
        virkninger.kilde,
        virkninger.tabel_id,
        virkninger.serie_id,
        virkninger.periode_nr,
        virkninger.omraade_nr,
        'F7' as regel_id,
        virkninger.vaerdi,
        virkninger.foer * virkninger.midt as forventet,
        case
            when virkninger.e < kvartiler.e_midt
                then
                    (kvartiler.e_midt - virkninger.e)
                    / nullif(greatest(
                        kvartiler.e_midt - kvartiler.e_nedre,
                        abs({{ graense(g, 'f7_a') }} * kvartiler.e_midt)
                    ), 0)
            else
                (virkninger.e - kvartiler.e_midt)
                / nullif(greatest(
                    kvartiler.e_oevre - kvartiler.e_midt,
                    abs({{ graense(g, 'f7_a') }} * kvartiler.e_midt)
                ), 0)
        end as score,
        {{ graense(g, 'f7_c') }} as graense,
        concat(
            {{ dansk_tal('virkninger.vaerdi') }}, ' mod ', {{ dansk_tal('virkninger.foer') }},
            ' måneden før; de andre kommuner har bevæget sig så lidt, at ',
            {{ dansk_tal('virkninger.foer * virkninger.midt') }}, ' var ventet.'
        ) as besked
    from virkninger
    inner join kvartiler
        on
            virkninger.scenarie = kvartiler.scenarie
            and virkninger.serie_id = kvartiler.serie_id
            and virkninger.periode_nr = kvartiler.periode_nr
    anti join forventning
        on
            virkninger.scenarie = forventning.scenarie
            and virkninger.serie_id = forventning.serie_id
            and virkninger.periode_nr = forventning.periode_nr
            and virkninger.omraade_nr = forventning.omraade_nr
    where
        virkninger.doemmes
        and abs(virkninger.vaerdi - virkninger.foer * virkninger.midt)
        > {{ graense(g, 'f10_forskel') }}
),

-- F20 --------------------------------------------------------------------------------------------
-- The kommuner of one klynge, where the register has one, else of one region, in the newest month.
nyeste as (
    select
        serie_id,
        sidste_nr,
        make_date((sidste_nr - 1) // 12, (sidste_nr - 1) % 12 + 1, 1) as maaned
    from serier
    where pr_aar = 12
),

medlemmer as (
    select
        nyeste.serie_id,
        nyeste.sidste_nr,
        cast(grupper.kommune_kode as integer) as omraade_nr,
        arg_min(grupper.gruppe_id, grupper.gruppe_art) as gruppe_id,
        arg_min(grupper.gruppe_navn, grupper.gruppe_art) as gruppe_navn
    from nyeste
    inner join grupper
        on
            nyeste.maaned >= grupper.gyldig_fra
            and nyeste.maaned <= coalesce(grupper.gyldig_til, nyeste.maaned)
    group by nyeste.serie_id, nyeste.sidste_nr, grupper.kommune_kode
),

gruppevaekst as (
    select
        med_foer.scenarie,
        med_foer.serie_id,
        med_foer.periode_nr,
        medlemmer.gruppe_id,
        sum(med_foer.vaerdi) / nullif(sum(med_foer.foer), 0) as vaekst
    from med_foer
    inner join medlemmer
        on
            med_foer.serie_id = medlemmer.serie_id
            and med_foer.omraade_nr = medlemmer.omraade_nr
    where med_foer.vaerdi is not null and med_foer.foer is not null
    group by all
),

bevaegelser as (
    select
        med_foer.*,
        medlemmer.gruppe_navn,
        2 * (sqrt(med_foer.vaerdi) - sqrt(med_foer.foer * gruppevaekst.vaekst)) as bevaegelse
    from med_foer
    inner join medlemmer
        on
            med_foer.serie_id = medlemmer.serie_id
            and med_foer.omraade_nr = medlemmer.omraade_nr
    inner join gruppevaekst
        on
            med_foer.scenarie = gruppevaekst.scenarie
            and med_foer.serie_id = gruppevaekst.serie_id
            and med_foer.periode_nr = gruppevaekst.periode_nr
            and medlemmer.gruppe_id = gruppevaekst.gruppe_id
),

egne_udsving as (
    select
        scenarie,
        serie_id,
        omraade_nr,
        1.4826 * mad(bevaegelse) filter (where periode_nr < sidste_nr) as udsving,
        count(bevaegelse) filter (where periode_nr < sidste_nr) as antal
    from bevaegelser
    where periode_nr >= sidste_nr - {{ graense(g, 'f6_historik') }}
    group by scenarie, serie_id, omraade_nr
),

udsving as (
    select
        *,
        greatest(
            udsving,
            median(udsving) over (partition by scenarie, serie_id),
            {{ graense(g, 'f6_spredning_mindst') }}
        ) as udsving_mindst
    from egne_udsving
    where antal >= {{ graense(g, 'f6_historik_mindst') }}
),

summer as (
    select
        bevaegelser.*,
        sum(bevaegelser.bevaegelse / udsving.udsving_mindst - {{ graense(g, 'f20_k') }})
            over raekke as op,
        sum(-bevaegelser.bevaegelse / udsving.udsving_mindst - {{ graense(g, 'f20_k') }})
            over raekke as ned
    from bevaegelser
    inner join udsving
        on
            bevaegelser.scenarie = udsving.scenarie
            and bevaegelser.serie_id = udsving.serie_id
            and bevaegelser.omraade_nr = udsving.omraade_nr
    where bevaegelser.periode_nr > bevaegelser.sidste_nr - {{ graense(g, 'f20_maaneder') }}
    window
        raekke as (
            partition by bevaegelser.scenarie, bevaegelser.serie_id, bevaegelser.omraade_nr
            order by bevaegelser.periode_nr
            rows between unbounded preceding and current row
        )
),

-- Judged is what F6 can judge: with the country there and a history long enough.
-- A running sum that starts anew when it falls below zero is the sum less its lowest point.
drift as (
    select
        scenarie,
        kilde,
        tabel_id,
        serie_id,
        sidste_nr as periode_nr,
        omraade_nr,
        'F20' as regel_id,
        max(vaerdi) filter (where periode_nr = sidste_nr) as vaerdi,
        cast(null as double) as forventet,
        greatest(
            arg_max(op, periode_nr) - least(min(op), 0),
            arg_max(ned, periode_nr) - least(min(ned), 0)
        ) as score,
        {{ graense(g, 'f20_h') }} as graense,
        concat(
            'Tallet er i {{ graense(g, 'f20_maaneder') }} måneder gået lidt, men til samme side, ',
            case when arg_max(op, periode_nr) > arg_max(ned, periode_nr) then 'op' else 'ned' end,
            ' i forhold til ', any_value(gruppe_navn),
            '. Kan være en langsom fejl i indberetningen eller en virkelig udvikling.'
        ) as besked
    from summer
    where (scenarie, serie_id, sidste_nr, omraade_nr) in (
        select (
            kan_doemmes.scenarie, kan_doemmes.serie_id,
            kan_doemmes.periode_nr, kan_doemmes.omraade_nr
        ) from forventning as kan_doemmes
        where kan_doemmes.doemmes
    )
    group by scenarie, kilde, tabel_id, serie_id, sidste_nr, omraade_nr
),

-- F12 --------------------------------------------------------------------------------------------
reviderede as (
    select
        serier.scenarie,
        serier.kilde,
        serier.tabel_id,
        serier.serie_id,
        serier.maaling_navn,
        serier.enhed,
        serier.hentet_utc,
        celler.periode_nr,
        omraader.omraade_navn,
        celler.vaerdi,
        celler.basis,
        (serier.sidste_nr - celler.periode_nr) * 12 // serier.pr_aar as alder_mdr,
        {{ stoerrelse('omraader.omraade_art', 'serier.enhed', 'celler.basis') }} as stoerrelse
    from celler
    inner join serier
        on celler.serie_id = serier.serie_id
    inner join omraader
        on celler.omraade_nr = omraader.omraade_nr
    where celler.vaerdi <> celler.basis
),

maalte as (
    select
        reviderede.*,
        {{ revisionsgraense(
            'reviderede.basis', 'revision.p99_pct', 'revision.mindst',
            graense(g, 'revision_faktor')
        ) }} as saedvanlig
    from reviderede
    inner join revision
        on
            reviderede.kilde = revision.kilde
            and reviderede.tabel_id = revision.tabel_id
            and reviderede.maaling_navn = revision.maaling_navn
            and reviderede.hentet_utc = revision.frigivelse
            and reviderede.stoerrelse = revision.stoerrelse
            and {{ aldersklasse('reviderede.alder_mdr') }} = revision.alder_mdr
),

revisioner as (
    select
        scenarie,
        kilde,
        tabel_id,
        serie_id,
        periode_nr,
        cast(null as integer) as omraade_nr,
        'F12' as regel_id,
        cast(null as double) as vaerdi,
        cast(null as double) as forventet,
        count(*) filter (where abs(vaerdi - basis) > saedvanlig) as score,
        0 as graense,
        concat(
            count(*) filter (where abs(vaerdi - basis) > saedvanlig),
            ' tal er ændret ud over det sædvanlige for månedens alder; mest ',
            arg_max(omraade_navn, abs(vaerdi - basis) - saedvanlig), ', fra ',
            {{ dansk_tal('arg_max(basis, abs(vaerdi - basis) - saedvanlig)', 1) }}, ' til ',
            {{ dansk_tal('arg_max(vaerdi, abs(vaerdi - basis) - saedvanlig)', 1) }},
            ' (sædvanligt højst ',
            {{ dansk_tal('arg_max(saedvanlig, abs(vaerdi - basis) - saedvanlig)', 1) }}, ').'
        ) as besked
    from maalte
    group by scenarie, kilde, tabel_id, serie_id, periode_nr
),

samlet as (
    select * from hb
    union all by name
    select * from drift
    union all by name
    select * from revisioner
),

doemte as (
    select
        *,
        coalesce(score > graense, false) as er_fund
    from samlet
),

final as (
    {{ fund_og_maalt('doemte', testet='score is not null') }}
)

select * from final
