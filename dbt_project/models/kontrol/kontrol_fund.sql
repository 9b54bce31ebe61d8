{{ config(materialized='table') }}
{% set g = graenser() %}
-- The findings, with what a person needs to act: how suspect the cell is beside the others of its
-- series and month, the range that was expected, and what hangs on it.

with resultater as (
    select * from {{ ref('int_kontrol__resultater') }}
    where er_fund
),

vintager as (
    select * from {{ ref('kontrol_vintager') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
),

forventning as (
    select * from {{ ref('int_kontrol__forventning') }}
),

celler as (
    select * from {{ ref('int_kontrol__celler') }}
),

dele as (
    select * from {{ ref('int_indikator_dele') }}
),

maal as (
    select * from {{ ref('int_resultatmaal') }}
),

-- A cell may be found by several rules; it is as suspect as the one that it breaks most.
mistaenkte as (
    select
        scenarie,
        serie_id,
        periode_nr,
        omraade_nr,
        max(case when graense > 0 then score / graense else score end) as mistanke
    from resultater
    where serie_id is not null and periode_nr is not null and omraade_nr is not null
    group by scenarie, serie_id, periode_nr, omraade_nr
),

rangerede as (
    select
        mistaenkte.*,
        forventning.forventet,
        power(
            greatest(
                sqrt(forventning.forventet)
                - {{ graense(g, 'forventet_bredde') }} * forventning.spredning / 2,
                0
            ), 2
        ) as forventet_fra,
        power(
            sqrt(forventning.forventet)
            + {{ graense(g, 'forventet_bredde') }} * forventning.spredning / 2, 2
        ) as forventet_til,
        row_number() over (
            partition by mistaenkte.scenarie, mistaenkte.serie_id, mistaenkte.periode_nr
            order by
                mistaenkte.mistanke desc,
                abs(forventning.score) desc nulls last,
                mistaenkte.omraade_nr asc
        ) as nr
    from mistaenkte
    left join forventning
        on
            mistaenkte.scenarie = forventning.scenarie
            and mistaenkte.serie_id = forventning.serie_id
            and mistaenkte.periode_nr = forventning.periode_nr
            and mistaenkte.omraade_nr = forventning.omraade_nr
),

med_navne as (
    select
        resultater.scenarie,
        resultater.kilde,
        resultater.tabel_id,
        vintager.hentet_utc,
        resultater.regel_id,
        resultater.serie_id,
        resultater.periode_nr,
        resultater.omraade_nr,
        coalesce(omraader.omraade_kode, '') as omraade_kode,
        coalesce(omraader.omraade_navn, '') as omraade_navn,
        coalesce(omraader.har_plan, false) as har_plan,
        {{ periode_tekst('resultater.periode_nr', 'serier.periode_art') }} as periode,
        coalesce(serier.dimensioner, '') as dimensioner,
        coalesce(serier.maaling_id, '') as maaling_id,
        coalesce(serier.maaling, '') as maaling,
        serier.maaling_navn,
        serier.enhed,
        cast(resultater.vaerdi as decimal(18, 3)) as vaerdi,
        cast(coalesce(resultater.forventet, rangerede.forventet) as decimal(18, 3)) as forventet,
        cast(round(rangerede.forventet_fra) as decimal(18, 3)) as forventet_fra,
        cast(round(rangerede.forventet_til) as decimal(18, 3)) as forventet_til,
        round(cast(resultater.score as double), 6) as score,
        round(cast(resultater.graense as double), 6) as graense,
        cast(rangerede.nr as integer) as nr,
        round(cast(rangerede.mistanke as double), 6) as mistanke,
        resultater.besked
    from resultater
    inner join vintager
        on
            resultater.scenarie = vintager.scenarie
            and resultater.kilde = vintager.kilde
            and resultater.tabel_id = vintager.tabel_id
    left join serier
        on resultater.serie_id = serier.serie_id
    left join omraader
        on resultater.omraade_nr = omraader.omraade_nr
    left join rangerede
        on
            resultater.scenarie = rangerede.scenarie
            and resultater.serie_id = rangerede.serie_id
            and resultater.periode_nr = rangerede.periode_nr
            and resultater.omraade_nr = rangerede.omraade_nr
),

-- The plans' mål that rest on a suspect cell, alone or with other members of the series.
ramte_maal as (
    select distinct
        med_navne.scenarie,
        med_navne.serie_id,
        med_navne.periode_nr,
        med_navne.omraade_nr,
        med_navne.vaerdi - med_navne.forventet as fejl,
        med_navne.forventet,
        med_navne.enhed,
        maal.plan_id,
        maal.maal_nr,
        maal.maal_vaerdi,
        dele.indikator_id
    from med_navne
    inner join dele
        on
            med_navne.tabel_id = dele.tabel_id
            and med_navne.maaling_navn = dele.maaling_navn
            and med_navne.dimensioner = dele.dimensioner
            and {{ periode_start('med_navne.periode') }} >= coalesce(
                dele.fra_maaned, {{ periode_start('med_navne.periode') }}
            )
            and {{ periode_start('med_navne.periode') }} <= coalesce(
                dele.til_maaned, {{ periode_start('med_navne.periode') }}
            )
    inner join maal
        on
            dele.indikator_id = maal.indikator_id
            and med_navne.omraade_kode = maal.kommune_kode
    where
        med_navne.vaerdi is not null
        and med_navne.forventet is not null
        and maal.maal_vaerdi is not null
),

-- What the mål would have to move, had the cell been as expected.
afstande as (
    select
        ramte_maal.scenarie,
        ramte_maal.serie_id,
        ramte_maal.periode_nr,
        ramte_maal.omraade_nr,
        ramte_maal.plan_id,
        ramte_maal.maal_nr,
        ramte_maal.fejl,
        ramte_maal.enhed,
        ramte_maal.maal_vaerdi - ramte_maal.forventet - coalesce(sum(celler.vaerdi), 0) as afstand
    from ramte_maal
    left join dele as andre
        on ramte_maal.indikator_id = andre.indikator_id
    left join serier
        on
            ramte_maal.scenarie = serier.scenarie
            and andre.tabel_id = serier.tabel_id
            and andre.maaling_navn = serier.maaling_navn
            and andre.dimensioner = serier.dimensioner
            and ramte_maal.serie_id <> serier.serie_id
            and not andre.er_bro
    left join celler
        on
            serier.serie_id = celler.serie_id
            and ramte_maal.periode_nr = celler.periode_nr
            and ramte_maal.omraade_nr = celler.omraade_nr
    group by
        ramte_maal.scenarie,
        ramte_maal.serie_id,
        ramte_maal.periode_nr,
        ramte_maal.omraade_nr,
        ramte_maal.plan_id,
        ramte_maal.maal_nr,
        ramte_maal.fejl,
        ramte_maal.enhed,
        ramte_maal.maal_vaerdi,
        ramte_maal.forventet
),

maal_tekster as (
    select
        scenarie,
        serie_id,
        periode_nr,
        omraade_nr,
        fejl,
        string_agg(
            concat(
                plan_id, ', mål ', maal_nr, ': ',
                case
                    when enhed = 'pct' then {{ dansk_tal('abs(fejl)', 1) }}
                    else {{ dansk_tal('abs(fejl)') }}
                end,
                ' for ', case when fejl > 0 then 'meget' else 'lidt' end,
                case
                    when afstand = 0 then ', hvor målet ellers var nået'
                    else concat(
                        ', ', {{ dansk_tal('100 * abs(fejl) / abs(afstand)') }},
                        ' pct. af afstanden til målet'
                    )
                end
            ),
            '; ' order by plan_id, maal_nr
        ) as maal_virkning
    from afstande
    group by scenarie, serie_id, periode_nr, omraade_nr, fejl
),

final as (
    select
        med_navne.scenarie,
        med_navne.kilde,
        med_navne.tabel_id,
        med_navne.hentet_utc,
        med_navne.regel_id,
        med_navne.omraade_kode,
        med_navne.omraade_navn,
        med_navne.har_plan,
        med_navne.periode,
        med_navne.dimensioner,
        med_navne.maaling_id,
        med_navne.maaling,
        med_navne.vaerdi,
        med_navne.forventet,
        med_navne.forventet_fra,
        med_navne.forventet_til,
        med_navne.score,
        med_navne.graense,
        med_navne.nr,
        med_navne.mistanke,
        -- The country's figure is right or wrong by this much, if the cell is.
        {{ kvotient_halvt_op(
            '100 * (med_navne.vaerdi - med_navne.forventet)', 'nullif(landet.vaerdi, 0)', 2
        ) }} as andel_af_landet_pct,
        coalesce(maal_tekster.maal_virkning, '') as maal_virkning,
        med_navne.besked,
        -- Same recipe as int_obs; a finding on no single cell has none.
        case
            when
                med_navne.omraade_kode <> ''
                and med_navne.periode <> ''
                and med_navne.maaling_id <> ''
                then md5(concat_ws(
                    '|', med_navne.kilde, med_navne.tabel_id, med_navne.maaling_id,
                    med_navne.omraade_kode, med_navne.periode, med_navne.dimensioner
                ))
        end as celle_id
    from med_navne
    left join celler as landet
        on
            med_navne.serie_id = landet.serie_id
            and med_navne.periode_nr = landet.periode_nr
            and landet.omraade_nr = 0
            and med_navne.omraade_nr is not null
    left join maal_tekster
        on
            med_navne.scenarie = maal_tekster.scenarie
            and med_navne.serie_id = maal_tekster.serie_id
            and med_navne.periode_nr = maal_tekster.periode_nr
            and med_navne.omraade_nr = maal_tekster.omraade_nr
            and med_navne.vaerdi - med_navne.forventet = maal_tekster.fejl
)

select * from final
order by
    scenarie asc,
    kilde asc,
    tabel_id asc,
    regel_id asc,
    score desc,
    periode desc,
    omraade_kode asc,
    dimensioner asc,
    maaling_id asc,
    besked asc
