-- What a mål's series has done: the best change over as many months as are left, and the change in
-- a year beside those of all groups on public support.

with maal as (
    select * from {{ ref('int_resultatmaal') }}
),

maaneder as (
    select * from {{ ref('int_resultatmaal_maaneder') }}
),

serier as (
    select * from {{ ref('int_indikator_maaneder') }}
    where status = 'A'
),

brud as (
    select * from {{ ref('int_indikator_brud') }}
    where virkning in ('databrud', 'suspension')
),

-- The table that holds the total of all groups, and its groups.
i_alt as (
    select tabel_id from {{ ref('int_ydelsesgrupper') }}
    where begreb = 'offentlig_forsoergelse_i_alt'
),

ydelser as (
    select
        fct_ydelser.tabel_id,
        fct_ydelser.omraade_kode as kommune_kode,
        fct_ydelser.ydelsesgruppe,
        fct_ydelser.begreb = 'offentlig_forsoergelse_i_alt' as er_i_alt,
        fct_ydelser.maaned,
        fct_ydelser.vaerdi,
        fct_ydelser.databrud,
        fct_ydelser.er_syntetisk
    from {{ ref('fct_ydelser') }} as fct_ydelser
    semi join i_alt
        on fct_ydelser.tabel_id = i_alt.tabel_id
    semi join maal
        on fct_ydelser.omraade_kode = maal.kommune_kode
    where
        fct_ydelser.maaling_navn = 'antal_fuldtidspersoner'
        and fct_ydelser.status = 'A'
),

-- A change over a break of the series is no change of the group.
pr_gruppe as (
    select
        nu.tabel_id,
        nu.kommune_kode,
        nu.maaned,
        nu.ydelsesgruppe,
        nu.er_i_alt,
        nu.vaerdi - foer.vaerdi as aendring_aar,
        nu.er_syntetisk or foer.er_syntetisk as er_syntetisk
    from ydelser as nu
    inner join ydelser as foer
        on
            nu.kommune_kode = foer.kommune_kode
            and nu.ydelsesgruppe = foer.ydelsesgruppe
            and foer.maaned = nu.maaned - interval 12 month
    anti join ydelser as imellem
        on
            nu.kommune_kode = imellem.kommune_kode
            and nu.ydelsesgruppe = imellem.ydelsesgruppe
            and foer.maaned < imellem.maaned
            and nu.maaned >= imellem.maaned
            and imellem.databrud
),

-- Every stretch of the last three years that is as long as the time left.
straekninger as (
    select
        maaneder.plan_id,
        maaneder.maal_nr,
        maaneder.maaned,
        maal.retning,
        slut.vaerdi - foerst.vaerdi as aendring
    from maaneder
    inner join maal
        on maaneder.plan_id = maal.plan_id and maaneder.maal_nr = maal.maal_nr
    inner join serier as slut
        on
            maal.indikator_id = slut.indikator_id
            and maal.kommune_kode = slut.kommune_kode
            and maaneder.maaned >= slut.maaned
    inner join serier as foerst
        on
            slut.indikator_id = foerst.indikator_id
            and slut.kommune_kode = foerst.kommune_kode
            and foerst.maaned
            = slut.maaned - to_months(date_diff('month', maaneder.maaned, maal.maal_til))
            and foerst.maaned >= maaneder.maaned - interval 36 month
            and slut.maaned > foerst.maaned
    anti join brud
        on
            slut.indikator_id = brud.indikator_id
            and slut.maaned >= brud.fra_maaned
            and coalesce(brud.til_maaned, brud.fra_maaned - interval 1 month) >= foerst.maaned
),

bedste as (
    select
        plan_id,
        maal_nr,
        maaned,
        case retning when '<=' then min(aendring) else max(aendring) end as bedste_aendring
    from straekninger
    group by plan_id, maal_nr, maaned, retning
),

eget as (
    select
        maaneder.plan_id,
        maaneder.maal_nr,
        maaneder.maaned,
        maal.kommune_kode,
        maal.retning,
        nu.vaerdi - foer.vaerdi as aendring_aar
    from maaneder
    inner join maal
        on maaneder.plan_id = maal.plan_id and maaneder.maal_nr = maal.maal_nr
    inner join serier as nu
        on
            maal.indikator_id = nu.indikator_id
            and maal.kommune_kode = nu.kommune_kode
            and maaneder.maaned = nu.maaned
    inner join serier as foer
        on
            nu.indikator_id = foer.indikator_id
            and nu.kommune_kode = foer.kommune_kode
            and foer.maaned = nu.maaned - interval 12 month
    anti join brud
        on
            nu.indikator_id = brud.indikator_id
            and brud.til_maaned is null
            and foer.maaned < brud.fra_maaned
            and nu.maaned >= brud.fra_maaned
),

modsat as (
    select
        eget.plan_id,
        eget.maal_nr,
        eget.maaned,
        max(pr_gruppe.aendring_aar) filter (where pr_gruppe.er_i_alt) as i_alt_aendring_aar,
        max_by(
            pr_gruppe.ydelsesgruppe, (abs(pr_gruppe.aendring_aar), pr_gruppe.ydelsesgruppe)
        ) filter (
            where not pr_gruppe.er_i_alt
            and sign(pr_gruppe.aendring_aar) * sign(eget.aendring_aar) = -1
        ) as modsat_gruppe,
        max_by(
            pr_gruppe.aendring_aar, (abs(pr_gruppe.aendring_aar), pr_gruppe.ydelsesgruppe)
        ) filter (
            where not pr_gruppe.er_i_alt
            and sign(pr_gruppe.aendring_aar) * sign(eget.aendring_aar) = -1
        ) as modsat_aendring_aar,
        bool_or(pr_gruppe.er_syntetisk) as er_syntetisk,
        max(pr_gruppe.tabel_id) as tabel_id
    from eget
    inner join pr_gruppe
        on
            eget.kommune_kode = pr_gruppe.kommune_kode
            and eget.maaned = pr_gruppe.maaned
    group by eget.plan_id, eget.maal_nr, eget.maaned
),

final as (
    select
        maaneder.plan_id,
        maaneder.maal_nr,
        maaneder.maaned,
        bedste.bedste_aendring,
        eget.aendring_aar,
        modsat.i_alt_aendring_aar,
        modsat.modsat_gruppe,
        modsat.modsat_aendring_aar,
        -- Fewer on one ydelse, not fewer in all: they may have moved.
        coalesce(
            eget.retning = '<=' and eget.aendring_aar < 0 and modsat.i_alt_aendring_aar >= 0, false
        ) as er_fortraengt,
        coalesce(modsat.er_syntetisk, false) as i_alt_er_syntetisk,
        modsat.tabel_id as i_alt_tabel_id
    from maaneder
    left join bedste
        on
            maaneder.plan_id = bedste.plan_id
            and maaneder.maal_nr = bedste.maal_nr
            and maaneder.maaned = bedste.maaned
    left join eget
        on
            maaneder.plan_id = eget.plan_id
            and maaneder.maal_nr = eget.maal_nr
            and maaneder.maaned = eget.maaned
    left join modsat
        on
            maaneder.plan_id = modsat.plan_id
            and maaneder.maal_nr = modsat.maal_nr
            and maaneder.maaned = modsat.maaned
)

select * from final
