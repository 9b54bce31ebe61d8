{{ config(materialized='table') }}
{% set g = graenser() %}
-- F5: the denominator that a count and its percent imply. The source counts against one population
-- a calendar year, so the months of a year must leave one denominator possible; a year's first is
-- bounded, more widely, by the year before. A break in the series moves both figures and leaves
-- the quotient.

with par as (
    select * from {{ ref('int_kontrol__sammenhaenge') }}
    where relation = 'fast_naevner'
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
    where omraade_art in ('kommune', 'land')
),

i_par as (
    select
        serie_id as par_id,
        serie_id
    from par
    union all
    select
        serie_id as par_id,
        mod_serie_id as serie_id
    from par
),

celler as (
    select * from {{ ref('int_kontrol__celler') }}
    where serie_id in (select i_par.serie_id from i_par)
),

kendt_til as (
    select
        serie_id,
        max(periode_nr) as kendt_til_nr
    from celler
    where basis is not null
    group by serie_id
),

alle_celler as (
    select
        celler.serie_id,
        celler.omraade_nr,
        celler.periode_nr,
        (celler.periode_nr - 1) // serier.pr_aar as aar,
        celler.vaerdi,
        celler.basis,
        celler.periode_nr = serier.sidste_nr
        or coalesce(celler.periode_nr > kendt_til.kendt_til_nr, false)
        or coalesce(celler.vaerdi <> celler.basis, false) as doemmes
    from celler
    inner join serier
        on celler.serie_id = serier.serie_id
    left join kendt_til
        on celler.serie_id = kendt_til.serie_id
),

-- Only the years of what is judged, and the years before.
doemte_aar as (
    select distinct
        i_par.par_id as serie_id,
        unnest([alle_celler.aar, alle_celler.aar - 1]) as aar
    from alle_celler
    inner join i_par
        on alle_celler.serie_id = i_par.serie_id
    where alle_celler.doemmes
),

noedvendige as (
    select distinct
        i_par.serie_id,
        doemte_aar.aar
    from doemte_aar
    inner join i_par
        on doemte_aar.serie_id = i_par.par_id
),

i_aarene as (
    select alle_celler.*
    from alle_celler
    inner join noedvendige
        on
            alle_celler.serie_id = noedvendige.serie_id
            and alle_celler.aar = noedvendige.aar
),

parrede as (
    select
        par.scenarie,
        par.serie_id,
        par.mod_serie_id,
        celler.omraade_nr,
        celler.periode_nr,
        celler.aar,
        celler.vaerdi as andel,
        antal.vaerdi as antal,
        coalesce(celler.basis, celler.vaerdi) as kendt_andel,
        coalesce(antal.basis, antal.vaerdi) as kendt_antal,
        celler.basis as basis_andel,
        antal.basis as basis_antal,
        0.5 * serier.afrundet_til as halvt_antal,
        0.5 / pow(10, par.decimaler) as halvt_trin,
        celler.doemmes or antal.doemmes as doemmes
    from par
    inner join i_aarene as celler
        on par.serie_id = celler.serie_id
    inner join i_aarene as antal
        on
            par.mod_serie_id = antal.serie_id
            and celler.omraade_nr = antal.omraade_nr
            and celler.periode_nr = antal.periode_nr
    inner join serier
        on par.mod_serie_id = serier.serie_id
),

-- What the denominator can be. A percent that rounds to 0 bounds it from below only.
naevnere as (
    select
        *,
        {{ naevner_mindst('antal', 'andel') }} as lav,
        {{ naevner_hoejst('antal', 'andel') }} as hoej,
        {{ naevner_mindst('kendt_antal', 'kendt_andel') }} as kendt_lav,
        {{ naevner_hoejst('kendt_antal', 'kendt_andel') }} as kendt_hoej,
        {{ naevner_mindst('basis_antal', 'basis_andel') }} as basis_lav,
        {{ naevner_hoejst('basis_antal', 'basis_andel') }} as basis_hoej
    from parrede
),

-- The months of the year so far, and those of the year before.
foer as (
    select
        dom.serie_id,
        dom.omraade_nr,
        dom.periode_nr,
        max(tidligere.kendt_lav) filter (where tidligere.aar = dom.aar) as i_aar_lav,
        min(tidligere.kendt_hoej) filter (where tidligere.aar = dom.aar) as i_aar_hoej,
        max(tidligere.kendt_lav) filter (where tidligere.aar < dom.aar) as i_fjor_lav,
        min(tidligere.kendt_hoej) filter (where tidligere.aar < dom.aar) as i_fjor_hoej,
        arg_max(tidligere.kendt_antal, tidligere.periode_nr) as antal_foer,
        arg_max(tidligere.kendt_andel, tidligere.periode_nr) as andel_foer
    from naevnere as dom
    inner join naevnere as tidligere
        on
            dom.serie_id = tidligere.serie_id
            and dom.omraade_nr = tidligere.omraade_nr
            and dom.periode_nr > tidligere.periode_nr
            and dom.aar <= tidligere.aar + 1
    where dom.doemmes
    group by dom.serie_id, dom.omraade_nr, dom.periode_nr
),

-- Where the months disagree already, either side will do: they were accepted.
ventede as (
    select
        naevnere.*,
        foer.antal_foer,
        foer.andel_foer,
        least(foer.i_aar_lav, foer.i_aar_hoej) as i_aar_lav,
        greatest(foer.i_aar_lav, foer.i_aar_hoej) as i_aar_hoej,
        least(foer.i_fjor_lav, foer.i_fjor_hoej) as i_fjor_lav,
        greatest(foer.i_fjor_lav, foer.i_fjor_hoej) as i_fjor_hoej,
        -- A source that moves the denominator within a year may do so again.
        least(
            greatest(
                {{ graense(g, 'f5_i_aaret') }},
                {{ graense(g, 'f5_uro_faktor') }} * 100 * max(
                    foer.i_fjor_lav / nullif(foer.i_fjor_hoej, 0) - 1
                ) over (partition by naevnere.serie_id, naevnere.periode_nr)
            ),
            {{ graense(g, 'f5_over_aarsskiftet') }}
        ) as maa_i_aar
    from naevnere
    left join foer
        on
            naevnere.serie_id = foer.serie_id
            and naevnere.omraade_nr = foer.omraade_nr
            and naevnere.periode_nr = foer.periode_nr
    where naevnere.doemmes
),

afvigelser as (
    select
        *,
        {{ afstand('lav', 'hoej', 'i_aar_lav', 'i_aar_hoej') }} as i_aar,
        {{ afstand('lav', 'hoej', 'i_fjor_lav', 'i_fjor_hoej') }} as i_fjor,
        {{ afstand('lav', 'hoej', 'basis_lav', 'basis_hoej') }} as fra_basis,
        coalesce(i_aar_lav, i_fjor_lav) as ventet_lav,
        coalesce(i_aar_hoej, i_fjor_hoej) as ventet_hoej
    from ventede
),

doemte as (
    select
        *,
        case
            when i_aar is not null then cast(maa_i_aar as double)
            else cast({{ graense(g, 'f5_over_aarsskiftet') }} as double)
        end as graense,
        -- `least` passes over what is null: a pair that was as odd when it was accepted may stay.
        case
            when coalesce(i_aar, i_fjor) is not null
                then least(coalesce(i_aar, i_fjor), fra_basis)
        end as score
    from afvigelser
),

afgjorte as (
    select
        *,
        coalesce(score > graense, false) as er_fund,
        score is not null
        and hoej <= lav * (1 + {{ graense(g, 'f5_bredde_hoejst') }} / 100.0) as har_styrke
    from doemte
),

-- Whose denominator the pair fits; one that is itself odd comes first, as in a swap.
passer_til as (
    select
        fund.scenarie,
        fund.serie_id,
        fund.periode_nr,
        fund.omraade_nr,
        arg_min(
            struct_pack(navn := omraader.omraade_navn, er_fund := andre.er_fund),
            abs(
                fund.antal / nullif(fund.andel, 0)
                - (andre.ventet_lav + least(andre.ventet_hoej, 2 * andre.ventet_lav)) / 200
            )
            + case when andre.er_fund then 0 else 1e12 end
        ) as ejer
    from afgjorte as fund
    inner join afgjorte as andre
        on
            fund.scenarie = andre.scenarie
            and fund.serie_id = andre.serie_id
            and fund.periode_nr = andre.periode_nr
            and fund.omraade_nr <> andre.omraade_nr
            and fund.lav <= andre.ventet_hoej
            and fund.hoej >= andre.ventet_lav
    inner join omraader
        on
            andre.omraade_nr = omraader.omraade_nr
            and omraader.omraade_art = 'kommune'
    where fund.er_fund
    group by all
),

forklarede as (
    select
        afgjorte.*,
        serier.kilde,
        serier.tabel_id,
        coalesce(passer_til.ejer.er_fund, false) as er_byttet,
        passer_til.ejer.navn as ejer,
        -- Which of the two has moved most since the month before, in proportion.
        coalesce(abs(afgjorte.antal / nullif(afgjorte.antal_foer, 0) - 1), 1)
        >= coalesce(abs(afgjorte.andel / nullif(afgjorte.andel_foer, 0) - 1), 0) as er_antallet,
        (afgjorte.ventet_lav + afgjorte.ventet_hoej) / 2 as ventet_naevner
    from afgjorte
    inner join omraader
        on afgjorte.omraade_nr = omraader.omraade_nr
    inner join serier
        on afgjorte.serie_id = serier.serie_id
    left join passer_til
        on
            afgjorte.scenarie = passer_til.scenarie
            and afgjorte.serie_id = passer_til.serie_id
            and afgjorte.periode_nr = passer_til.periode_nr
            and afgjorte.omraade_nr = passer_til.omraade_nr
),

enkelte as (
    select
        scenarie,
        kilde,
        tabel_id,
        case when er_fund then mod_serie_id end as serie_id,
        periode_nr,
        case when er_fund then omraade_nr end as omraade_nr,
        'F5' as regel_id,
        er_fund,
        count(*) filter (where har_styrke or er_fund) as testet,
        count(*) filter (where not (har_styrke or er_fund)) as uden_styrke,
        any_value(antal) filter (where er_fund) as vaerdi,
        any_value(round(andel * ventet_naevner / 100)) filter (
            where er_fund and not er_byttet
        ) as forventet,
        max(score) as score,
        max(graense) as graense,
        case
            when er_fund
                then concat(
                    {{ dansk_tal('antal') }}, ' ved ', {{ dansk_tal('andel', 1) }},
                    ' pct. svarer til en nævner på ', {{ dansk_tal('lav') }},
                    case
                        when isinf(hoej) then ' eller flere'
                        else concat('-', {{ dansk_tal('hoej') }})
                    end,
                    '; kommunens egen er ', {{ dansk_tal('ventet_lav') }}, '-',
                    {{ dansk_tal('ventet_hoej') }}, '. ',
                    case
                        when er_byttet
                            then concat(
                                'Antal og andel er flyttet sammen: de passer til ', ejer, '.'
                            )
                        when er_antallet
                            then concat(
                                'Antallet passer til en anden nævner end andelen: ved ',
                                {{ dansk_tal('andel', 1) }}, ' pct. ventes ',
                                {{ dansk_tal('andel * ventet_naevner / 100') }}, '.'
                            )
                        else concat(
                            'Andelen passer til en anden nævner end antallet: ',
                            {{ dansk_tal('antal') }}, ' svarer til ',
                            {{ dansk_tal('100 * antal / ventet_naevner', 1) }}, ' pct.'
                        )
                    end
                )
        end as besked
    from forklarede
    group by all
),

maaneder as (
    select
        forklarede.scenarie,
        forklarede.kilde,
        forklarede.tabel_id,
        forklarede.mod_serie_id as serie_id,
        forklarede.serie_id as andel_serie_id,
        forklarede.periode_nr,
        count(forklarede.score) as kommuner,
        count(*) filter (where forklarede.er_fund) as afvigende
    from forklarede
    inner join omraader
        on forklarede.omraade_nr = omraader.omraade_nr
    where omraader.omraade_art = 'kommune'
    group by all
),

final as (
    select * from enkelte
    union all by name
    {{ flere_kommuner(
        'maaneder',
        'F5.flere',
        graense(g, 'f5_antal_stop'),
        "concat(afvigende, ' kommuners antal og andel passer på én gang ikke til den nævner, de "
        ~ "plejer at have.')"
    ) }}
)

select * from final
